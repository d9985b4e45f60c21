using System.Text;
using Busker.Kernel;
using Busker.Storage;
using Busker.Support;
using FsCheck;
using FsCheck.Fluent;

namespace Busker.Warehouse.Tests;

public sealed class DatasetExportTests : IAsyncLifetime
{
    private static readonly Column[] Columns =
        [new("word", ColumnType.Text, ""), new("count", ColumnType.Whole, ""), new("is_new", ColumnType.Flag, ""), new("seen_at", ColumnType.Moment, "")];

    private readonly string _scratch = Directory.CreateTempSubdirectory("busker-warehouse-").FullName;
    private TestDatabase _database = null!;
    private Db _db = null!;

    private sealed record Line(string? Word, long? Count, bool IsNew, DateTimeOffset? SeenAt);

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _db = Db.Open(_database.ConnectionString, TimeProvider.System);
    }

    public async Task DisposeAsync()
    {
        await _db.DisposeAsync();
        await _database.DisposeAsync();
        Directory.Delete(_scratch, recursive: true);
    }

    private DatasetExport Export() => new(_db, new WarehouseSettings(Checkout.Engines) { Scratch = _scratch });

    private static Dataset Of(IReadOnlyList<Line> lines) => new("words", "A word.", Columns, (_, _, rows, _) =>
    {
        foreach (var line in lines) rows.Text(line.Word).Whole(line.Count).Flag(line.IsNew).Moment(line.SeenAt).End();
        return Task.CompletedTask;
    });

    private async Task<byte[]> WriteAsync(IReadOnlyList<Line> lines, DatasetFormat format)
    {
        using var export = Export();
        using var written = (await export.WriteAsync(Of(lines), format, Guid.Empty, default)).Value;
        written.Rows.ShouldBe(lines.Count);
        return await File.ReadAllBytesAsync(written.Path);
    }

    /// <summary>What DuckDB itself reads in a Parquet file, written as CSV.</summary>
    private byte[] Read(byte[] parquet)
    {
        var (file, csv) = (Path.Combine(_scratch, "back.parquet"), Path.Combine(_scratch, "back.csv"));
        File.WriteAllBytes(file, parquet);
        DuckDbLibrary.Load(Checkout.Engines).Value.ShouldBeTrue();
        using var duck = new DuckDb(Path.Combine(_scratch, "spill"), 64 << 20);
        duck.Run($"copy (select * from read_parquet({DuckDb.Quoted(file)})) to {DuckDb.Quoted(csv)} (format csv, header)");
        return File.ReadAllBytes(csv);
    }

    private static readonly Line[] Hard =
    [
        new("plain", 1, true, new DateTimeOffset(2026, 3, 29, 1, 30, 0, TimeSpan.Zero)),
        new("a \"quoted\" word, with a comma", long.MaxValue, false, DateTimeOffset.UnixEpoch),
        new("two\nlines", long.MinValue, true, new DateTimeOffset(1969, 12, 31, 23, 59, 59, TimeSpan.FromHours(-2))),
        new("Sigur Rós — 名前 🎵", 0, false, new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddTicks(1_234_560)),
        new("", null, true, null),
        new(null, -1, false, null),
    ];

    [Fact]
    public async Task A_csv_says_what_the_rows_said() => Encoding.UTF8.GetString(await WriteAsync(Hard, DatasetFormat.Csv)).ShouldBe(
        """
        word,count,is_new,seen_at
        plain,1,true,2026-03-29 01:30:00+00
        "a ""quoted"" word, with a comma",9223372036854775807,false,1970-01-01 00:00:00+00
        "two
        lines",-9223372036854775808,true,1970-01-01 01:59:59+00
        Sigur Rós — 名前 🎵,0,false,2026-01-01 00:00:00.123456+00
        "",,true,
        ,-1,false,

        """);

    [Fact]
    public async Task A_parquet_holds_the_same_rows_in_the_same_order() =>
        Encoding.UTF8.GetString(Read(await WriteAsync(Hard, DatasetFormat.Parquet))).ShouldBe(Encoding.UTF8.GetString(await WriteAsync(Hard, DatasetFormat.Csv)));

    [Fact]
    public void Whatever_the_rows_parquet_and_csv_agree()
    {
        var line = from word in Gen.OneOf(Gen.Constant<string?>(null), ArbMap.Default.GeneratorFor<string?>().Where(w => w?.Contains('\0') != true && Paired(w)))
                   from count in ArbMap.Default.GeneratorFor<long?>()
                   from isNew in ArbMap.Default.GeneratorFor<bool>()
                   from micros in Gen.Choose(0, int.MaxValue)
                   select new Line(word, count, isNew, micros % 5 == 0 ? null : DateTimeOffset.UnixEpoch.AddTicks(micros * 1_000_003L * 10));
        Prop.ForAll(line.ListOf().ToArbitrary(), lines =>
            Read(WriteAsync([.. lines], DatasetFormat.Parquet).GetAwaiter().GetResult())
                .SequenceEqual(WriteAsync([.. lines], DatasetFormat.Csv).GetAwaiter().GetResult()))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(25));
    }

    /// <summary>No half of a surrogate pair, which is no text.</summary>
    private static bool Paired(string? word) => word is null || word == Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(word));

    [Theory]
    [InlineData(DatasetFormat.Csv)]
    [InlineData(DatasetFormat.Parquet)]
    public async Task The_same_rows_make_the_same_file(DatasetFormat format)
    {
        var many = Enumerable.Range(0, 20_000).Select(n => new Line($"w{n % 97}", n, n % 2 == 0, DateTimeOffset.UnixEpoch.AddSeconds(n))).ToList();
        (await WriteAsync(many, format)).ShouldBe(await WriteAsync(many, format));
    }

    [Theory]
    [InlineData(DatasetFormat.Csv)]
    [InlineData(DatasetFormat.Parquet)]
    public async Task No_rows_are_a_file_with_columns(DatasetFormat format)
    {
        var bytes = await WriteAsync([], format);
        Encoding.UTF8.GetString(format == DatasetFormat.Csv ? bytes : Read(bytes)).ShouldBe("word,count,is_new,seen_at\n");
    }

    [Fact]
    public async Task The_file_is_gone_when_it_was_let_go_also_after_a_failure()
    {
        await WriteAsync(Hard, DatasetFormat.Parquet);
        using var export = Export();
        var broken = new Dataset("words", "", Columns, (_, _, rows, _) => throw new InvariantException("no"));
        await Should.ThrowAsync<InvariantException>(() => export.WriteAsync(broken, DatasetFormat.Csv, Guid.Empty, default));
        (await export.WriteAsync(Of(Hard), DatasetFormat.Csv, Guid.Empty, default)).Value.Dispose(); // its turn came back
        Directory.GetFileSystemEntries(_scratch).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_value_in_the_wrong_place_stops_the_export()
    {
        using var export = Export();
        async Task<string> Said(Action<RowWriter> write) => (await Should.ThrowAsync<InvariantException>(() => export.WriteAsync(
            new Dataset("words", "", Columns, (_, _, rows, _) => { write(rows); return Task.CompletedTask; }), DatasetFormat.Csv, Guid.Empty, default))).Message;
        (await Said(r => r.Whole(1))).ShouldBe("Column word holds Text, not Whole.");
        (await Said(r => r.Text("a").End())).ShouldBe("A row ends before its column count.");
        (await Said(r => r.Text("a").Whole(1).Flag(true).Moment(null).Text("b"))).ShouldBe("A row goes on after its last column seen_at.");
    }

    [Fact]
    public async Task More_than_fits_into_memory_goes_by_way_of_the_disk()
    {
        using var export = new DatasetExport(_db, new WarehouseSettings(Checkout.Engines) { Scratch = _scratch, MemoryBytes = 48 << 20 });
        var wide = new Dataset("words", "", [Columns[0]], (_, _, rows, _) =>
        {
            for (var n = 0; n < 700_000; n++) rows.Text($"{n * 2_654_435_761L:x16}{n * 40_503L:x16}{n:x16}{n * 97L:x16}{n * 31_337L:x16}{n * 65_537L:x16}").End();
            return Task.CompletedTask;
        });
        using var written = (await export.WriteAsync(wide, DatasetFormat.Parquet, Guid.Empty, default)).Value;
        written.Rows.ShouldBe(700_000);
    }

    [Fact]
    public async Task A_full_disk_is_told_in_one_sentence()
    {
        using var disk = SmallDisk.TryMount(megabytes: 1);
        if (disk is null) return; // only root may make one
        using var export = new DatasetExport(_db, new WarehouseSettings(Checkout.Engines) { Scratch = disk.Path });
        var many = Enumerable.Range(0, 100_000).Select(n => new Line($"{n * 2_654_435_761L:x16}{n * 40_503L * n:x16}{n * 97L * n:x16}", n * 7919L * n, true, null)).ToList();
        foreach (var format in new[] { DatasetFormat.Csv, DatasetFormat.Parquet })
            (await export.WriteAsync(Of(many), format, Guid.Empty, default)).Fault!.Reason.ShouldBe("EXPORT_DISK_FULL");
        Directory.GetFileSystemEntries(disk.Path).ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_the_library_one_sentence_says_what_to_do()
    {
        using var export = new DatasetExport(_db, new WarehouseSettings(_scratch));
        var fault = (await export.WriteAsync(Of([]), DatasetFormat.Csv, Guid.Empty, default)).Fault!;
        fault.Reason.ShouldBe("WAREHOUSE_MISSING");
        fault.Message.ShouldContain("run ./busker up");
    }
}
