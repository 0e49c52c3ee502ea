namespace AgentBay.Fs.Linux;

/// <summary>
/// Bounds how many nodes keep a descriptor that nothing needs now. Second chance: a node that was used since the hand last
/// passed stays for another round. A use costs a store, no lock.
/// </summary>
internal sealed class HandleRing(int capacity, Action<Node> drop)
{
    private readonly Lock gate = new();
    private readonly Queue<Node> ring = new();

    internal void Add(Node node)
    {
        List<Node>? passed = null;
        lock (gate)
        {
            node.RecentlyUsed = true;
            if (node.InRing)
            {
                return;
            }

            node.InRing = true;
            ring.Enqueue(node);
            while (ring.Count > capacity)
            {
                Node next = ring.Dequeue();
                if (next.RecentlyUsed && next.Handle is not null)
                {
                    next.RecentlyUsed = false;
                    ring.Enqueue(next);
                }
                else
                {
                    next.InRing = false;
                    (passed ??= []).Add(next);
                }
            }
        }

        // Not under the ring's lock: dropping takes the node's.
        foreach (Node node1 in passed ?? [])
        {
            drop(node1);
        }
    }
}
