using System.Text.Json;

namespace AgentBay.Fs.Policies;

/// <summary>Reads a policy as the SDKs send it. What is missing or null has its default; what is not known is an error.</summary>
internal sealed class PolicyReader(ICollection<string> notes)
{
    private static readonly string[] PolicyParts =
        ["uploadPolicy", "downloadPolicy", "deletePolicy", "extractPolicy", "recyclePolicy", "bwList", "mappingPolicy"];

    internal SyncPolicy Read(string json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return ReadPolicy(document.RootElement);
        }
        catch (JsonException error)
        {
            throw new PolicyException($"The policy is not JSON: {error.Message}", error);
        }
    }

    private SyncPolicy ReadPolicy(JsonElement json)
    {
        var policy = new PolicyPart("SyncPolicy", json, PolicyParts);
        return new SyncPolicy
        {
            UploadPolicy = policy.Part("uploadPolicy") is { } upload ? ReadUpload(upload) : new(),
            DownloadPolicy = policy.Part("downloadPolicy") is { } download ? ReadDownload(download) : new(),
            DeletePolicy = policy.Part("deletePolicy") is { } delete ? ReadDelete(delete) : new(),
            ExtractPolicy = policy.Part("extractPolicy") is { } extract ? ReadExtract(extract) : new(),
            RecyclePolicy = policy.Part("recyclePolicy") is { } recycle ? ReadRecycle(recycle) : null,
            BWList = policy.Part("bwList") is { } list ? ReadList(list) : new(),
            MappingPolicy = policy.Part("mappingPolicy") is { } mapping ? ReadMapping(mapping) : null,
        };
    }

    private UploadPolicy ReadUpload(JsonElement json)
    {
        var part = new PolicyPart("UploadPolicy", json, "autoUpload", "uploadStrategy", "uploadMode", "period");
        if (part.Part("period") is { } period)
        {
            notes.Add($"uploadPolicy.period ({period.GetRawText()}) has no effect: changes are uploaded some seconds after the last one.");
        }

        return new UploadPolicy
        {
            AutoUpload = part.Bool("autoUpload", true),
            UploadStrategy = part.Choice("uploadStrategy", "upload_strategy", Named<UploadStrategy>()),
            UploadMode = part.Choice("uploadMode", "upload_mode", Named<UploadMode>()),
        };
    }

    private static DownloadPolicy ReadDownload(JsonElement json)
    {
        var part = new PolicyPart("DownloadPolicy", json, "autoDownload", "downloadStrategy");
        return new DownloadPolicy
        {
            AutoDownload = part.Bool("autoDownload", true),
            DownloadStrategy = part.Choice("downloadStrategy", "download_strategy", Named<DownloadStrategy>()),
        };
    }

    private static DeletePolicy ReadDelete(JsonElement json) =>
        new() { SyncLocalFile = new PolicyPart("DeletePolicy", json, "syncLocalFile").Bool("syncLocalFile", true) };

    private static ExtractPolicy ReadExtract(JsonElement json)
    {
        var part = new PolicyPart("ExtractPolicy", json, "extract", "deleteSrcFile", "extractToCurrentFolder");
        return new ExtractPolicy
        {
            Extract = part.Bool("extract", true),
            DeleteSrcFile = part.Bool("deleteSrcFile", true),
            ExtractToCurrentFolder = part.Bool("extractToCurrentFolder", false),
        };
    }

    private static RecyclePolicy ReadRecycle(JsonElement json)
    {
        var part = new PolicyPart("RecyclePolicy", json, "lifecycle", "paths");
        var policy = new RecyclePolicy { Lifecycle = part.Choice("lifecycle", "lifecycle", Lifecycles, Lifecycle.Forever) };
        return part.Texts("paths") is { } paths ? policy with { Paths = paths } : policy;
    }

    private static BWList ReadList(JsonElement json) =>
        new() { WhiteLists = [.. new PolicyPart("BWList", json, "whiteLists").Elements("whiteLists").Select(ReadWhiteList)] };

    private static WhiteList ReadWhiteList(JsonElement json)
    {
        var part = new PolicyPart("WhiteList", json, "path", "excludePaths");
        return new WhiteList(part.Text("path") ?? "", part.Texts("excludePaths") ?? []);
    }

    private static MappingPolicy? ReadMapping(JsonElement json) =>
        new PolicyPart("MappingPolicy", json, "path").Text("path") is { Length: > 0 } path ? new MappingPolicy(path) : null;

    private static readonly (string, Lifecycle)[] Lifecycles = [.. LifecycleNames.All.Select(value => (value.WireName, value))];

    private static (string, T)[] Named<T>()
        where T : struct, Enum => [.. Enum.GetValues<T>().Select(value => (value.ToString(), value))];
}
