using AgentBay.ObjectStore.S3;
using AgentBay.ObjectStore.Tests.Embedded;

namespace AgentBay.ObjectStore.Tests;

public sealed class StoreUrlTests
{
    [Theory]
    [InlineData("s3://bucket?region=eu-west-1", "bucket", "", null, "eu-west-1", false)]
    [InlineData("s3://bucket/?region=eu-west-1", "bucket", "", null, "eu-west-1", false)]
    [InlineData("S3://bucket/a/b/?region=r", "bucket", "a/b/", null, "r", false)]
    [InlineData("s3://bucket/a%20b%2Fc?region=r", "bucket", "a b/c/", null, "r", false)]
    [InlineData("s3://bucket?endpoint=http://127.0.0.1:7480&region=r", "bucket", "", "http://127.0.0.1:7480", "r", true)]
    [InlineData("s3://bucket?endpoint=minio.example:9000&region=r&pathStyle=false", "bucket", "", "https://minio.example:9000", "r", false)]
    [InlineData("s3://bucket?endpoint=http%3A%2F%2Fhost%3A1&region=r&pathStyle=true", "bucket", "", "http://host:1", "r", true)]
    [InlineData("oss://bucket/p?endpoint=https://s3.oss-cn-beijing.aliyuncs.com", "bucket", "p/", "https://s3.oss-cn-beijing.aliyuncs.com", "oss-cn-beijing", false)]
    [InlineData("oss://bucket?endpoint=oss-cn-shanghai.aliyuncs.com", "bucket", "", "https://s3.oss-cn-shanghai.aliyuncs.com", "oss-cn-shanghai", false)]
    [InlineData("oss://bucket?endpoint=oss-cn-shanghai-internal.aliyuncs.com", "bucket", "", "https://s3.oss-cn-shanghai-internal.aliyuncs.com", "oss-cn-shanghai", false)]
    public void A_URL_names_a_store(string url, string bucket, string prefix, string? endpoint, string region, bool pathStyle)
    {
        var where = Assert.IsType<StoreLocation.Remote>(StoreLocation.Parse(url)).Where;
        Assert.Equal((bucket, prefix, endpoint, region, pathStyle), (where.Bucket, where.Prefix, where.Endpoint?.GetLeftPart(UriPartial.Authority), where.Region, where.PathStyle));
        Assert.Equal(where, Assert.IsType<StoreLocation.Remote>(StoreLocation.Parse(where.ToUrl())).Where);
    }

    [Theory]
    [InlineData("/a/b", "/a/b")]
    [InlineData("a b", "a b")]
    [InlineData("file:///a%20b", "/a b")]
    [InlineData("file://localhost/a", "/a")]
    public void A_path_names_a_directory(string url, string path) => Assert.Equal(path, Assert.IsType<StoreLocation.Embedded>(StoreLocation.Parse(url)).Path);

    [Theory]
    [InlineData("", "empty")]
    [InlineData("  ", "empty")]
    [InlineData("gs://bucket", "unknown scheme 'gs'")]
    [InlineData("s3://", "names no bucket")]
    [InlineData("s3:///prefix", "names no bucket")]
    [InlineData("s3://a", "'a' is no bucket's name")]
    [InlineData("s3://buc ket", "is no bucket's name")]
    [InlineData("s3://bucket?regoin=x", "Unknown parameter 'regoin' in the s3:// URL. Valid parameters are: endpoint, region, pathStyle.")]
    [InlineData("s3://bucket?pathStyle=yes", "The parameter 'pathStyle' is 'yes'; it is true or false.")]
    [InlineData("s3://bucket?region=", "'region' is empty")]
    [InlineData("s3://bucket?endpoint=ftp://x", "The endpoint 'ftp://x' is not http:// or https://")]
    [InlineData("s3://bucket?endpoint=https://host/path", "is not http:// or https://")]
    [InlineData("s3://bucket?endpoint=", "The endpoint '' is not")]
    [InlineData("s3://bucket/a#b", "Write '#' as %23")]
    [InlineData("oss://bucket", "Add it: oss://bucket?endpoint=https://s3.oss-<region>.aliyuncs.com")]
    [InlineData("oss://bucket?endpoint=https://x&pathStyle=true", "Unknown parameter 'pathStyle' in the oss:// URL. Valid parameters are: endpoint, region.")]
    [InlineData("file://host/path", "Write three slashes")]
    [InlineData("file:///path?x=1", "file:// takes none")]
    public void A_wrong_URL_says_what_is_wrong(string url, string message) =>
        Assert.Contains(message, Assert.Throws<FormatException>(() => StoreUrl.Open(url, StoreOpenOptions.Default)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("s3://AKIAKEY:hunter2@bucket/prefix")]
    [InlineData("oss://id:hunter2@bucket?endpoint=https://x")]
    [InlineData("s3://bucket?endpoint=https://user:hunter2@host")]
    public void Credentials_in_a_URL_are_refused_and_not_repeated(string url)
    {
        string message = Assert.Throws<FormatException>(() => StoreUrl.Open(url, StoreOpenOptions.Default)).Message;
        Assert.DoesNotContain("hunter2", message, StringComparison.Ordinal);
        Assert.Contains("_ACCESS_KEY", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/data", "/home/x", "/data/agentbay/store")]
    [InlineData("not/absolute", "/home/x", "/home/x/.local/share/agentbay/store")]
    [InlineData("", "/home/x", "/home/x/.local/share/agentbay/store")]
    [InlineData(null, "/home/x", "/home/x/.local/share/agentbay/store")]
    [InlineData(null, "", "/.local/share/agentbay/store")]
    public void The_default_store_is_in_the_users_data_folder(string? data, string home, string path) => Assert.Equal(path, StoreUrl.DefaultPath(data, home));

    [Fact]
    public async Task An_opened_directory_is_made_on_the_way_and_tells_its_URL()
    {
        using var folder = new TemporaryFolder();
        await using var store = StoreUrl.Open(folder.Path + "/made/a b", StoreOpenOptions.Default);
        Assert.Equal($"file://{folder.Path}/made/a%20b", store.Properties.Url);
        await using var again = StoreUrl.Open(store.Properties.Url, StoreOpenOptions.Default);
        Assert.Equal(store.Properties.Url, again.Properties.Url);
    }

    [Theory]
    [InlineData("abc", "abc")]
    [InlineData("a b", "a b")]
    [InlineData("", "utf-8''")]
    [InlineData("a  b", "utf-8''a%20%20b")]
    [InlineData("ü", "utf-8''%C3%BC")]
    [InlineData("100%", "100%")]
    [InlineData("utf-8''x", "utf-8''utf-8%27%27x")]
    public void A_metadata_value_that_HTTP_cannot_hold_is_sent_as_RFC_8187_writes_it(string value, string wire)
    {
        Assert.Equal(wire, S3Metadata.Encode(value));
        Assert.Equal(value, S3Metadata.Decode(wire));
    }

    [Theory]
    [InlineData("%C3%BC")]
    [InlineData("utf-8''%zz")]
    [InlineData("utf-8''%ff")]
    [InlineData("UTF-8''%41")]
    public void A_foreign_metadata_value_survives(string wire) => Assert.Equal(wire, S3Metadata.Decode(wire));
}
