using AgentBay.Fuse.Transport;

namespace AgentBay.Fuse;

public sealed partial class FuseSession
{
    /// <summary>One thread that reads requests from one channel.</summary>
    private sealed class ReadLoop
    {
        private readonly FuseSession session;
        private readonly Thread thread;
        private readonly Lock gate = new();
        private bool ended;

        internal ReadLoop(FuseSession session, IFuseTransport transport, int number)
        {
            this.session = session;
            Transport = transport;
            thread = new Thread(Run) { IsBackground = true, Name = $"fuse-{number}" };
        }

        internal IFuseTransport Transport { get; }

        internal void Start() => thread.Start();

        /// <summary>Wakes the thread until it has seen that the session stops: a wake-up before its read blocks is lost.</summary>
        internal void Stop()
        {
            while (!thread.Join(TimeSpan.FromMilliseconds(5)))
            {
                lock (gate)
                {
                    if (ended)
                    {
                        return;   // A signal to a thread that is gone would be sent to whatever took its place.
                    }

                    Transport.Interrupt();
                }
            }
        }

        private void Run()
        {
            Exception? error = null;
            try
            {
                Serve();
            }
#pragma warning disable CA1031 // It ends the session, and RunAsync throws it.
            catch (Exception e)
#pragma warning restore CA1031
            {
                error = e;
            }

            lock (gate)
            {
                ended = true;
            }

            session.ReaderEnded(error);
        }

        private void Serve()
        {
            var exchange = session.pool.Rent();
            try
            {
                while (!session.stopping)
                {
                    Errno error = Transport.Receive(exchange.Input, out int length);
                    switch (error)
                    {
                        case Errno.OK:
                            if (!session.Handle(exchange, Transport, length))
                            {
                                exchange = session.pool.Rent();   // The handler keeps the old one until it has answered.
                            }

                            break;
                        case Errno.ENOENT or Errno.EINTR or Errno.EAGAIN:
                            break;   // A request that was withdrawn while we read, or a wake-up.
                        case Errno.ENODEV or Errno.ECONNABORTED:
                            return;
                        default:
                            Log.ReceiveFailed(session.logger, error);
                            throw new PosixException(error, "read /dev/fuse");
                    }
                }
            }
            finally
            {
                session.pool.Return(exchange);
            }
        }
    }
}
