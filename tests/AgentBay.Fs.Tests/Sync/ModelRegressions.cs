namespace AgentBay.Fs.Tests.Sync;

/// <summary>Shrunk sequences that failed once, as the model test printed them. Each is run some times: what the engine does in parallel may go well by chance.</summary>
public static class ModelRegressions
{
    public const int TimesEach = 3;

    public static TheoryData<int, ModelVariant, string> All => new()
    {
        // Two names exchanged, one of them open during a write-back: the other's old object stayed.
        // fsync of a folder took the note of a moved folder in it for done: what is below it never got its new key, and lost its old one.
        { 691, ModelVariant.Default, "MakeFolder 513 106 465; Foreign 662 574 330; MakeFolder 382 873 630; RenameFolder 925 709 419; FsyncFolder 472 469 227" },
        // Two names of one file deleted in the store: taking one away here made the other look changed, and its folder stayed.
        { 597, ModelVariant.Default, "MakeFolder 120 553 40; Write 865 869 816; Append 838 475 140; Link 213 593 445; Foreign 102 635 554" },
        // A file became a folder, and a name below it was stored first: the old object came back under an escaped name and could never be deleted.
        { 50155, ModelVariant.Default, "Write 392 575 938; Flush 438 475 176; Delete 445 124 9; MakeFolder 696 381 889; MakeFolder 713 257 789; RenameFolder 280 968 573; MakeFolder 47 885 231; FsyncFolder 478 413 692; Write 325 38 915; Remount 4 284 190; Delete 21 872 131" },
        { 190, ModelVariant.Default, "Write 330 500 700; WriteBack 986 997 416; Write 979 433 708; Exchange 484 351 703; Rename 238 525 464; Hold 734 384 5; WriteBack 102 496 331" },
    };
}
