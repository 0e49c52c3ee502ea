namespace AgentBay.Mount.Tests.Churn;

/// <summary>A piece of work in a folder of its own. Scripts run in that folder with the inputs' folder as $1.</summary>
/// <param name="Make">Fails only where the mount does.</param>
/// <param name="Verify">Says whether what was made is whole; run on the shadow copy, and reads every byte that matters.</param>
internal sealed record ChurnUnit(string Name, string Make, string Verify)
{
    public static IReadOnlyList<ChurnUnit> All { get; } =
    [
        new(
            "git",
            """
            git clone -q --no-local "$1/origin.git" clone && cd clone && git checkout -q -b work
            for i in $(seq 20); do echo "change $i" >> d00/f0100.txt; echo "new $i" > "new$i"; done
            git add . && git commit -q -m work && git gc -q && git status --porcelain | { ! grep .; }
            """,
            """cd clone && export GIT_OPTIONAL_LOCKS=0 && git fsck --full --strict && git status --porcelain | { ! grep .; } && test "$(git rev-list --count HEAD)" = 2"""),
        new(
            "npm",
            """
            mkdir app && cd app && echo '{"name":"app","version":"1.0.0","private":true}' > package.json
            npm install --offline --no-audit --no-fund --loglevel=error --cache "$1/npm-cache" "$1/package.tgz"
            diff -r node_modules/churn-package/lib "$1/package/lib" # npm goes on, and succeeds, when it could not write a file.
            """,
            """cd app && diff -r node_modules/churn-package/lib "$1/package/lib" && node -e 'if (require("churn-package").files !== 200) process.exit(1)'"""),
        new(
            "sqlite",
            """
            sqlite3 db 'PRAGMA journal_mode=WAL; CREATE TABLE t (n INTEGER PRIMARY KEY, x BLOB);' > /dev/null
            for i in $(seq 5); do sqlite3 -cmd '.timeout 60000' db "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM c WHERE i<200) INSERT INTO t(x) SELECT randomblob(200) FROM c;"; done
            """,
            """test "$(sqlite3 db 'PRAGMA integrity_check;')" = ok && test "$(sqlite3 db 'SELECT count(*) FROM t;')" = 1000"""),
        new(
            "tar",
            """tar xpf "$1/sample.tar" && tar df "$1/sample.tar" """,
            """tar df "$1/sample.tar" """),
        new(
            "files",
            """head -c 20M /dev/urandom > large && for i in $(seq 150); do echo "$i" > "tmp" && mv tmp "file$i"; done && ln file1 hard && ln -s file2 link && mkdir empty""",
            """for i in $(seq 150); do test "$(cat "file$i")" = "$i"; done"""),
    ];

    /// <summary>Makes what the scripts work on.</summary>
    public const string Inputs =
        """
        git init -q --bare -b main origin.git
        { echo 'commit refs/heads/main'; echo 'committer test <test@localhost> 1700000000 +0000'; echo 'data 4'; echo 'init'
          for i in $(seq 300); do printf 'M 100644 inline d%02d/f%04d.txt\ndata %d\nfile %s\n' $((i % 10)) "$i" $((5 + ${#i})) "$i"; done; } | git -C origin.git fast-import --quiet
        mkdir -p package/lib && for i in $(seq 200); do echo "module.exports = $i;" > "package/lib/$i.js"; done
        echo '{"name":"churn-package","version":"1.0.0","main":"index.js","bin":{"churn":"index.js"}}' > package/package.json
        printf '#!/usr/bin/env node\nmodule.exports = { files: require("fs").readdirSync(__dirname + "/lib").length };\n' > package/index.js
        tar czf package.tgz package
        mkdir tree && for i in $(seq 400); do mkdir -p "tree/d$((i % 20))"; echo "content $i" > "tree/d$((i % 20))/f$i"; done; ln -s d1 tree/link; chmod 700 tree/d2; tar cf sample.tar -C tree .
        """;
}
