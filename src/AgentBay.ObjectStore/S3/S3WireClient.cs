using System.Text;
using System.Xml.Linq;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Transform;
using Amazon.S3;
using Amazon.S3.Model;
using Amazon.S3.Model.Internal.MarshallTransformations;

namespace AgentBay.ObjectStore.S3;

/// <summary>
/// The SDK's client, with calls that the SDK would word otherwise: lifecycle configurations as bytes, as its model would lose what it does not know; and,
/// with them, batches of deletions that carry Content-MD5, which OSS and older servers want, instead of a checksum header, which they refuse.
/// All else of a call (endpoint, signature, credentials, errors) is the SDK's.
/// </summary>
internal sealed class S3WireClient(AWSCredentials credentials, AmazonS3Config config) : AmazonS3Client(credentials, config)
{
    // What a PUT leaves out returns to AWS's default.
    private const string TransitionDefault = "x-amz-transition-default-minimum-object-size";

    internal async Task<Document> GetLifecycleAsync(string bucket, CancellationToken cancellationToken)
    {
        var options = new InvokeOptions { RequestMarshaller = GetLifecycleConfigurationRequestMarshaller.Instance, ResponseUnmarshaller = new LifecycleUnmarshaller() };
        var response = await InvokeAsync<Response>(new GetLifecycleConfigurationRequest { BucketName = bucket }, options, cancellationToken).ConfigureAwait(false);
        return response.Document;
    }

    internal async Task PutLifecycleAsync(string bucket, Document document, S3Dialect dialect, CancellationToken cancellationToken)
    {
        var options = new InvokeOptions { RequestMarshaller = new LifecycleMarshaller(document, dialect), ResponseUnmarshaller = PutLifecycleConfigurationResponseUnmarshaller.Instance };
        _ = await InvokeAsync<PutLifecycleConfigurationResponse>(new PutLifecycleConfigurationRequest { BucketName = bucket }, options, cancellationToken).ConfigureAwait(false);
    }

    /// <exception cref="DeleteObjectsException">Some could not be deleted.</exception>
    internal async Task DeleteBatchAsync(string bucket, IEnumerable<string> keys, CancellationToken cancellationToken)
    {
        var options = new InvokeOptions { RequestMarshaller = new DeletionMarshaller(keys), ResponseUnmarshaller = DeleteObjectsResponseUnmarshaller.Instance };
        _ = await InvokeAsync<DeleteObjectsResponse>(new DeleteObjectsRequest { BucketName = bucket }, options, cancellationToken).ConfigureAwait(false);
    }

    internal sealed record Document(byte[] Xml, string? TransitionDefault);

    private sealed class Response : GetLifecycleConfigurationResponse
    {
        internal Document Document { get; init; } = new([], null);
    }

    private sealed class LifecycleUnmarshaller : S3ReponseUnmarshaller
    {
        public override AmazonWebServiceResponse Unmarshall(XmlUnmarshallerContext context)
        {
            var xml = new MemoryStream();
            context.Stream.CopyTo(xml);
            string? header = context.ResponseData.IsHeaderPresent(TransitionDefault) ? context.ResponseData.GetHeaderValue(TransitionDefault) : null;
            return new Response { Document = new Document(xml.ToArray(), header) };
        }

        public override AmazonServiceException UnmarshallException(XmlUnmarshallerContext context, Exception innerException, System.Net.HttpStatusCode statusCode) =>
            GetLifecycleConfigurationResponseUnmarshaller.Instance.UnmarshallException(context, innerException, statusCode);
    }

    private static DefaultRequest NewRequest(AmazonWebServiceRequest input, string method, string subResource, byte[] xml)
    {
        var request = new DefaultRequest(input, "AmazonS3") { HttpMethod = method, ResourcePath = "/", Content = xml };
        request.AddSubResource(subResource);
        request.Headers["Content-Type"] = "application/xml";
        request.Headers["Content-MD5"] = Convert.ToBase64String(ETags.Hash(xml));
        return request;
    }

    private sealed class DeletionMarshaller(IEnumerable<string> keys) : IMarshaller<IRequest, AmazonWebServiceRequest>
    {
        public IRequest Marshall(AmazonWebServiceRequest input)
        {
            var xml = new XElement("Delete", new XElement("Quiet", "true"), keys.Select(static k => new XElement("Object", new XElement("Key", k))));
            return NewRequest(input, "POST", "delete", Encoding.UTF8.GetBytes(xml.ToString(SaveOptions.DisableFormatting)));
        }
    }

    private sealed class LifecycleMarshaller(Document document, S3Dialect dialect) : IMarshaller<IRequest, AmazonWebServiceRequest>
    {
        public IRequest Marshall(AmazonWebServiceRequest input)
        {
            var request = NewRequest(input, "PUT", "lifecycle", document.Xml);
            if (document.TransitionDefault != null)
            {
                request.Headers[TransitionDefault] = document.TransitionDefault;
            }

            if (dialect == S3Dialect.Oss)
            {
                // A folder may have a rule below one that has a rule.
                request.Headers["x-oss-allow-same-action-overlap"] = "true";
            }

            return request;
        }
    }
}
