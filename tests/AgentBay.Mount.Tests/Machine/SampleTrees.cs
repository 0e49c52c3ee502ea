namespace AgentBay.Mount.Tests;

/// <summary>What the workloads work on, made outside of the mount.</summary>
internal static class SampleTrees
{
    /// <summary>A bare repository of one commit with 5,000 files in 100 folders, made by one fast-import.</summary>
    public static async Task<string> GitRepositoryAsync(MountBox box)
    {
        string path = Path.Combine(box.Folder, "work", "origin.git");
        (await box.ScriptAsync(
            Path.Combine(box.Folder, "work"),
            """
            git init -q --bare -b main "$1"
            { echo 'commit refs/heads/main'; echo 'committer test <test@localhost> 1700000000 +0000'; echo 'data 4'; echo 'init'
              for i in $(seq 5000); do
                text="file $i of the sample repository, $((i * 7919)) $((i * 104729))"
                printf 'M 100%s inline d%02d/f%04d.txt\ndata %d\n%s\n' $((i % 50 ? 644 : 755)) $((i % 100)) "$i" "${#text}" "$text"
              done; } | git -C "$1" fast-import --quiet
            """,
            path)).Ok();
        return path;
    }

    /// <summary>A tar of 10,000 small files with symlinks, hard links, empty folders, odd modes, odd names and odd times.</summary>
    public static async Task<string> TarAsync(MountBox box)
    {
        string path = Path.Combine(box.Folder, "work", "sample.tar");
        (await box.ScriptAsync(
            Path.Combine(box.Folder, "work"),
            """
            mkdir tree; cd tree
            for d in $(seq 100); do
              mkdir "d$d"
              for f in $(seq 100); do echo "file $f in $d" > "d$d/f$f"; done
              ln -s "f1" "d$d/link"; ln "d$d/f2" "d$d/hard"
            done
            mkdir -p empty/deeper 'name with spaces' $'new\nline' $'\303\274ml\303\244ut' $'\xff\xfe not utf-8'
            echo a > $'new\nline/a\nb'; echo b > $'\303\274ml\303\244ut/\346\227\245\346\234\254\350\252\236'; echo c > $'\xff\xfe not utf-8/\x80'
            echo d > 'name with spaces/ leading and trailing '; echo e > ".hidden"; echo f > '%41+&?#"'\''\\'; : > zero
            ln -s /nowhere/at/all dangling; ln -s '../name with spaces' 'd1/to folder'
            echo x > m444; echo x > m600; echo x > m755; echo x > m777; echo x > m711; mkdir dir2775 dir700 dir1777
            chmod 444 m444; chmod 600 m600; chmod 755 m755; chmod 777 m777; chmod 711 m711; chmod 2775 dir2775; chmod 700 dir700; chmod 1777 dir1777
            touch -d '1969-12-31 23:59:58.123456789 UTC' m600; touch -d '2038-01-20 01:02:03.000000001 UTC' m755; touch -h -d '2001-02-03 04:05:06.789 UTC' dangling
            printf '%0255d' 0 | { read -r long || true; echo long > "$long"; }
            cd ..; tar cf "$1" --format=posix -C tree .; rm -rf tree
            """,
            path)).Ok();
        return path;
    }
}
