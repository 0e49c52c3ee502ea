using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Transform;
using Amazon.S3;
using Amazon.S3.Model;
using Amazon.S3.Model.Internal.MarshallTransformations;

namespace AgentBay.ObjectStore.S3;

/// <summary>
/// The SDK's client with two calls more: lifecycle configurations as bytes. The SDK's own would lose what it does not model, and sends no Content-MD5,
/// which OSS and older servers want. All else of a call (endpoint, signature, credentials, errors) is the SDK's.
/// </summary>
internal sealed class LifecycleClient(AWSCredentials credentials, AmazonS3Config config) : AmazonS3Client(credentials, config)
{
    // What a PUT leaves out returns to AWS's default.
    private const string TransitionDefault = "x-amz-transition-default-minimum-object-size";

    internal async Task<Document> GetLifecycleAsync(string bucket, CancellationToken cancellationToken)
    {
        var options = new InvokeOptions { RequestMarshaller = GetLifecycleConfigurationRequestMarshaller.Instance, ResponseUnmarshaller = new Unmarshaller() };
        var response = await InvokeAsync<Response>(new GetLifecycleConfigurationRequest { BucketName = bucket }, options, cancellationToken).ConfigureAwait(false);
        return response.Document;
    }

    internal async Task PutLifecycleAsync(string bucket, Document document, CancellationToken cancellationToken)
    {
        var options = new InvokeOptions { RequestMarshaller = new Marshaller(document), ResponseUnmarshaller = PutLifecycleConfigurationResponseUnmarshaller.Instance };
        _ = await InvokeAsync<PutLifecycleConfigurationResponse>(new PutLifecycleConfigurationRequest { BucketName = bucket }, options, cancellationToken).ConfigureAwait(false);
    }

    internal sealed record Document(byte[] Xml, string? TransitionDefault);

    private sealed class Response : GetLifecycleConfigurationResponse
    {
        internal Document Document { get; init; } = new([], null);
    }

    private sealed class Unmarshaller : S3ReponseUnmarshaller
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

    private sealed class Marshaller(Document document) : IMarshaller<IRequest, AmazonWebServiceRequest>
    {
        public IRequest Marshall(AmazonWebServiceRequest input)
        {
            var request = new DefaultRequest(input, "AmazonS3") { HttpMethod = "PUT", ResourcePath = "/", Content = document.Xml };
            request.AddSubResource("lifecycle");
            request.Headers["Content-Type"] = "application/xml";
            request.Headers["Content-MD5"] = Convert.ToBase64String(ETags.Hash(document.Xml));
            if (document.TransitionDefault != null)
            {
                request.Headers[TransitionDefault] = document.TransitionDefault;
            }

            return request;
        }
    }
}
