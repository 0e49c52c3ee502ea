using AgentBay.Fs.Policies;

namespace AgentBay.Fs.Tests.Policies;

public class SyncPolicyTests
{
    // As the SDKs send it (wuying-agentbay-sdk 0.15, SyncPolicy.default().__dict__()).
    private const string Default =
        """{"uploadPolicy":{"autoUpload":true,"uploadStrategy":"UploadBeforeResourceRelease","uploadMode":"File"},"""
        + """ "downloadPolicy":{"autoDownload":true,"downloadStrategy":"DownloadAsync"},"deletePolicy":{"syncLocalFile":true},"""
        + """ "extractPolicy":{"extract":true,"deleteSrcFile":true,"extractToCurrentFolder":false},"""
        + """ "recyclePolicy":{"lifecycle":"Lifecycle_Forever","paths":[""]},"bwList":{"whiteLists":[{"path":"","excludePaths":[]}]}}""";

    private const string Custom =
        """{"uploadPolicy":{"autoUpload":false,"uploadStrategy":"UploadBeforeResourceRelease","uploadMode":"Archive"},"""
        + """ "downloadPolicy":{"autoDownload":false,"downloadStrategy":"DownloadAsync"},"deletePolicy":{"syncLocalFile":false},"""
        + """ "extractPolicy":{"extract":false,"deleteSrcFile":false,"extractToCurrentFolder":true},"""
        + """ "recyclePolicy":{"lifecycle":"Lifecycle_30Days","paths":["/tmp/cache","logs"]},"""
        + """ "bwList":{"whiteLists":[{"path":"/src","excludePaths":["/node_modules"]},{"path":"ext_1f.zip","excludePaths":[]},{"path":"/Default/Cookies","excludePaths":[]}]},"""
        + """ "mappingPolicy":{"path":"C:\\Users\\Administrator\\Desktop\\é"}}""";

    [Theory]
    [InlineData(Default)]
    [InlineData(Custom)]
    public void A_policy_of_the_SDKs_comes_back_byte_for_byte(string json) =>
        Assert.Equal(json.Replace(", \"", ",\"", StringComparison.Ordinal), SyncPolicy.Parse(json).ToJson());

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"downloadPolicy":null,"uploadPolicy":{},"recyclePolicy":null,"bwList":{"whiteLists":null},"mappingPolicy":{"path":""}}""")]
    public void What_is_missing_or_null_has_its_default(string json) => Assert.Equal(SyncPolicy.Default.ToJson(), SyncPolicy.Parse(json).ToJson());

    [Theory]
    [InlineData("{}", null)]
    [InlineData("""{"recyclePolicy":{}}""", Lifecycle.Forever)]
    [InlineData("""{"recyclePolicy":{"lifecycle":"Lifecycle_Forever","paths":null}}""", Lifecycle.Forever)]
    [InlineData("""{"recyclePolicy":{"lifecycle":"Lifecycle_1Day"}}""", Lifecycle.Days1)]
    public void Only_a_policy_that_names_a_recycle_policy_has_one(string json, Lifecycle? lifecycle)
    {
        SyncPolicy policy = SyncPolicy.Parse(json);
        Assert.Equal(lifecycle, policy.RecyclePolicy?.Lifecycle);
        Assert.Equal(lifecycle, SyncPolicy.Parse(policy.ToJson()).RecyclePolicy?.Lifecycle);
    }

    [Fact]
    public void Lifecycles_have_the_days_of_their_names() => Assert.Equal<(string, int?)>(
        [
            ("Lifecycle_1Day", 1), ("Lifecycle_3Days", 3), ("Lifecycle_5Days", 5), ("Lifecycle_10Days", 10), ("Lifecycle_15Days", 15),
            ("Lifecycle_30Days", 30), ("Lifecycle_90Days", 90), ("Lifecycle_180Days", 180), ("Lifecycle_360Days", 360), ("Lifecycle_Forever", null),
        ],
        LifecycleNames.All.Select(lifecycle => (lifecycle.WireName, lifecycle.Days)));

    [Fact]
    public void Period_is_read_with_a_note_and_has_no_effect()
    {
        var notes = new List<string>();
        Assert.Equal(SyncPolicy.Default.ToJson(), SyncPolicy.Parse("""{"uploadPolicy":{"period":30}}""", notes).ToJson());
        Assert.Contains("uploadPolicy.period (30) has no effect", Assert.Single(notes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"bwList":{"whiteLists":[{"path":"*.json"}]}}""", "Wildcard patterns are not supported in path. Got: *.json. Please use exact directory paths instead.")]
    [InlineData("""{"bwList":{"whiteLists":[{"path":"/a[1]"}]}}""", "Wildcard patterns are not supported in path. Got: /a[1]. Please use exact directory paths instead.")]
    [InlineData("""{"bwList":{"whiteLists":[{"path":"/src","excludePaths":["*.log"]}]}}""", "Wildcard patterns are not supported in exclude_paths. Got: *.log. Please use exact directory paths instead.")]
    [InlineData("""{"recyclePolicy":{"paths":["/tmp/*"]}}""", "Wildcard patterns are not supported in recycle policy paths. Got: /tmp/*. Please use exact directory paths instead.")]
    [InlineData("""{"uploadPolicy":{"uploadMode":"Zip"}}""", "Invalid upload_mode value: Zip. Valid values are: File, Archive")]
    [InlineData("""{"uploadPolicy":{"uploadMode":1}}""", "Invalid upload_mode value: 1. Valid values are: File, Archive")]
    [InlineData("""{"uploadPolicy":{"uploadStrategy":"Later"}}""", "Invalid upload_strategy value: Later. Valid values are: UploadBeforeResourceRelease")]
    [InlineData("""{"downloadPolicy":{"downloadStrategy":"Later"}}""", "Invalid download_strategy value: Later. Valid values are: DownloadAsync")]
    [InlineData(
        """{"recyclePolicy":{"lifecycle":"Lifecycle_7Days"}}""",
        "Invalid lifecycle value: Lifecycle_7Days. Valid values are: Lifecycle_1Day, Lifecycle_3Days, Lifecycle_5Days, Lifecycle_10Days, Lifecycle_15Days, Lifecycle_30Days, Lifecycle_90Days, Lifecycle_180Days, Lifecycle_360Days, Lifecycle_Forever")]
    [InlineData(
        """{"uploadpolicy":{}}""",
        "Unknown property in SyncPolicy: 'uploadpolicy'. Valid properties are: uploadPolicy, downloadPolicy, deletePolicy, extractPolicy, recyclePolicy, bwList, mappingPolicy")]
    [InlineData("""{"extractPolicy":{"extractCurrentFolder":true}}""", "Unknown property in ExtractPolicy: 'extractCurrentFolder'. Valid properties are: extract, deleteSrcFile, extractToCurrentFolder")]
    [InlineData("""{"deletePolicy":{"syncLocalFile":"no"}}""", "syncLocalFile in DeletePolicy must be true or false. Got: \"no\"")]
    [InlineData("""{"bwList":[]}""", "BWList must be a JSON object. Got: []")]
    [InlineData("""{"bwList":{"whiteLists":[{"path":"/a/../b"}]}}""", "Invalid path in path: '/a/../b' is not a path inside the context.")]
    public void What_is_wrong_is_named_with_what_is_valid(string json, string message) =>
        Assert.Equal(message, Assert.Throws<PolicyException>(() => SyncPolicy.Parse(json)).Message);

    [Fact]
    public void Text_that_is_no_JSON_is_said_to_be_none() =>
        Assert.StartsWith("The policy is not JSON: ", Assert.Throws<PolicyException>(() => SyncPolicy.Parse("{")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("/home/wuying/src", "/home/wuying", "/src")]
    [InlineData("/home/wuying/", "/home/wuying/", "/")]
    [InlineData("//home/wuying/src", "/home/wuying", "/src")]
    public void A_white_list_path_that_repeats_the_mount_point_is_refused_with_the_one_that_is_meant(string path, string mountPoint, string meant)
    {
        var policy = new SyncPolicy { BWList = new() { WhiteLists = [new(path)] } };
        var error = Assert.Throws<PolicyException>(() => policy.Check(mountPoint, NoLinks));
        Assert.Contains($"repeats the mount point '{mountPoint.TrimEnd('/')}': paths are relative to it. Use '{meant}' instead", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_excluded_path_that_repeats_the_mount_point_is_refused()
    {
        var policy = new SyncPolicy { BWList = new() { WhiteLists = [new("/src", "/mnt/src/node_modules")] } };
        Assert.Contains("Use '/node_modules' instead", Assert.Throws<PolicyException>(() => policy.Check("/mnt", NoLinks)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_excluded_path_that_repeats_the_mount_point_without_its_white_list_path_is_refused()
    {
        var policy = new SyncPolicy { BWList = new() { WhiteLists = [new("/src", "/mnt/m/y")] } };
        Assert.StartsWith(
            "Excluded path '/mnt/m/y' repeats the mount point '/mnt/m', and is not below its white list path '/src', which it is relative to: it would exclude nothing",
            Assert.Throws<PolicyException>(() => policy.Check("/mnt/m", NoLinks)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/link/m", "/real/m/src")]
    [InlineData("/real/m", "/link/m/src")]
    [InlineData("/link/m", "/link/m/src")]
    public void A_white_list_path_that_repeats_the_mount_point_by_another_name_is_refused(string mountPoint, string path)
    {
        var policy = new SyncPolicy { BWList = new() { WhiteLists = [new(path)] } };
        string message = Assert.Throws<PolicyException>(() => policy.Check(mountPoint, path => path.Replace("/link/", "/real/", StringComparison.Ordinal))).Message;
        Assert.Contains($"repeats the mount point '{mountPoint}'", message, StringComparison.Ordinal);
        Assert.Contains("Use '/src' instead", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""[{"path":"/","excludePaths":["/"]}]""")]
    [InlineData("""[{"path":"","excludePaths":[""]}]""")]
    [InlineData("""[{"path":"/src/","excludePaths":["/a","/"]},{"path":"docs","excludePaths":[""]}]""")]
    public void A_policy_that_excludes_everything_is_refused(string lists)
    {
        var policy = SyncPolicy.Parse("""{"bwList":{"whiteLists":""" + lists + "}}");
        Assert.StartsWith("Nothing would be synced: of white list path '", Assert.Throws<PolicyException>(() => policy.Check("/mnt", NoLinks)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_policy_that_excludes_one_white_list_path_of_two_is_taken() =>
        new SyncPolicy { BWList = new() { WhiteLists = [new("/src", "/"), new("/docs")] } }.Check("/mnt", NoLinks);

    [Fact]
    public void A_white_list_path_that_ends_with_a_slash_excludes_as_one_without() =>
        Assert.False(PathFilter.Of(new BWList { WhiteLists = [new("/src/", "/lib")] }).IsSynced(TreePath.Parse("src/lib")));

    [Fact]
    public void A_recycle_path_that_repeats_the_mount_point_is_refused()
    {
        var policy = new SyncPolicy { RecyclePolicy = new() { Lifecycle = Lifecycle.Days1, Paths = ["/logs", "/tmp/data/cache"] } };
        Assert.StartsWith("Recycle policy path '/tmp/data/cache' repeats the mount point '/tmp/data': paths are relative to it. Use '/cache' instead", Assert.Throws<PolicyException>(() => policy.Check("/tmp/data", NoLinks)).Message, StringComparison.Ordinal);
        policy.Check("/home", NoLinks);
    }

    [Theory]
    [InlineData("/src", "/home/wuying")]
    [InlineData("home/wuying/src", "/home/wuying")]
    [InlineData("/homes", "/home")]
    [InlineData("/anything", "/")]
    public void A_white_list_path_below_the_mount_point_is_taken(string path, string mountPoint) =>
        new SyncPolicy { BWList = new() { WhiteLists = [new(path)] } }.Check(mountPoint, NoLinks);

    [Theory]
    [InlineData("/src/node_modules", "/src:/lib,/node_modules /docs:")]
    [InlineData("docs/", "/src:/lib /docs:/")]
    public void An_excluded_path_is_kept_relative_to_the_white_lists_that_it_is_in(string path, string expected)
    {
        BWList list = new BWList { WhiteLists = [new("/src", "/lib"), new("/docs")] }.Excluding(path);

        Assert.Equal(expected, string.Join(' ', list.WhiteLists.Select(white => $"{white.Path}:{string.Join(',', white.ExcludePaths)}")));
    }

    [Fact]
    public void Without_white_lists_a_path_is_excluded_from_everything() =>
        Assert.Equal(["/tmp"], Assert.Single(new BWList().Excluding("tmp").WhiteLists).ExcludePaths);

    [Fact]
    public void What_is_in_no_white_list_cannot_be_excluded() =>
        Assert.Contains("'/other' is in none of the white list paths (/src)", Assert.Throws<PolicyException>(() => new BWList { WhiteLists = [new("/src")] }.Excluding("/other")).Message, StringComparison.Ordinal);

    private static string NoLinks(string path) => path;
}
