# Builds and tests AgentBay.Fs on Windows. ".\build.ps1 help" lists the verbs.
[CmdletBinding()]
param(
    [Parameter(Position = 0)][string] $Verb = 'help',
    [Parameter(Position = 1, ValueFromRemainingArguments)][string[]] $Rest = @()
)
$ErrorActionPreference = 'Stop'
Set-Location $PSScriptRoot
$Artifacts = Join-Path $PSScriptRoot 'artifacts'
$Program = Join-Path $Artifacts 'agentbay-mount.exe'
$env:DOTNET_CLI_TELEMETRY_OPTOUT = '1'
$env:DOTNET_NOLOGO = '1'

function Assert-Sdk {
    if (-not (Get-Command dotnet -ErrorAction SilentlyContinue)) {
        throw 'The .NET 10 SDK is missing: https://dotnet.microsoft.com/download/dotnet/10.0 (or winget install Microsoft.DotNet.SDK.10)'
    }
}

function Invoke-Dotnet {
    & dotnet @args
    if ($LASTEXITCODE -ne 0) { throw "dotnet $($args[0]) failed with code $LASTEXITCODE" }
}

function Invoke-Build {
    Assert-Sdk
    $publish = Join-Path $Artifacts 'publish'
    Invoke-Dotnet publish src/AgentBay.Mount -c Release -r win-x64 --self-contained -o $publish -v quiet `
        -p:PublishSingleFile=true -p:PublishReadyToRun=true -p:PublishTrimmed=true -p:IncludeNativeLibrariesForSelfExtract=true
    Move-Item -Force (Join-Path $publish 'agentbay-mount.exe') $Program
    Remove-Item -Recurse -Force $publish
    Write-Host ('{0}: {1:N0} MB' -f $Program, ((Get-Item $Program).Length / 1MB))
}

# Projects whose tests need no Linux kernel.
function Invoke-Test {
    Assert-Sdk
    $results = Join-Path $Artifacts 'tests'
    New-Item -ItemType Directory -Force $results | Out-Null
    $passed = 0; $failed = 0; $skipped = 0; $bad = $false
    foreach ($name in 'AgentBay.Fs.Tests', 'AgentBay.ObjectStore.Tests') {
        Invoke-Dotnet build "tests/$name" -c Release -v quiet
        $log = Join-Path $results "$name.log"
        & "tests/$name/bin/Release/net10.0/$name.exe" --no-progress --no-ansi --results-directory $results *> $log
        if ($LASTEXITCODE -ne 0) { $bad = $true; Get-Content $log | Out-Host }
        foreach ($line in Get-Content $log) {
            if ($line -match '^\s*succeeded:\s*(\d+)') { $passed += [int] $Matches[1] }
            if ($line -match '^\s*failed:\s*(\d+)') { $failed += [int] $Matches[1] }
            if ($line -match '^\s*skipped:\s*(\d+)') { $skipped += [int] $Matches[1] }
        }
    }
    if ($passed + $failed -eq 0) { $bad = $true }
    $summary = "$passed passed, $failed failed"
    if ($skipped -gt 0) { $summary += ", $skipped skipped" }
    Write-Output $summary
    if ($bad -or $failed -gt 0) { exit 1 }
}

switch ($Verb) {
    'build' { Invoke-Build }
    'test' { Invoke-Test }
    'mount' { throw 'Mounting on Windows (WinFsp) is a later version''s; mount on Linux or in WSL 2 with build.sh.' }
    'check' { Assert-Sdk; Invoke-Dotnet format AgentBay.Fs.sln --verify-no-changes --severity warn }
    'clean' { Remove-Item -Recurse -Force -ErrorAction SilentlyContinue $Artifacts; Get-ChildItem src, tests -Recurse -Directory -Include bin, obj | Remove-Item -Recurse -Force }
    'help' { Write-Output 'usage: .\build.ps1 build | test | check | clean | mount (Linux only so far)' }
    default { Write-Error "There is no verb '$Verb'. usage: .\build.ps1 build | test | check | clean"; exit 2 }
}
