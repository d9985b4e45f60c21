using System.IO.Compression;
using System.Text;
using Busker.Learning.Numbers;

namespace Busker.Learning.Tests.Numbers;

public sealed class TableTests
{
    private static string Refusal(string csv, string[] numbers, bool missing = false) =>
        CsvFile.Parse("x.csv", new MemoryStream(Encoding.UTF8.GetBytes(csv)), numbers, [], missing).Fault.ShouldNotBeNull().Message;

    [Fact]
    public void A_table_refuses_what_does_not_fit_and_names_it()
    {
        Table.Of(["a", "b"], [[1, 2], [1]]).Fault!.Message.ShouldBe("column b has 1 rows where a has 2");
        Table.Of(["a", "a"], [[1], [1]]).Fault!.Message.ShouldBe("column a appears twice");
        Table.Of(["a"], [[1, double.PositiveInfinity]]).Fault!.Message.ShouldBe("row 2, column a: the value is infinite");
        Table.Of(["a"], [[1]]).Value.Column("b").Fault!.Message.ShouldBe("column b is missing; the table has a");
    }

    [Fact]
    public void Rows_and_columns_can_be_chosen()
    {
        var table = Table.Of(["a", "b"], [[1, 2, 3], [4, 5, 6]]).Value.Take([2, 0]).Select(["b", "a"]).Value;
        var row = new double[2];
        table.RowInto(0, row);
        row.ShouldBe([6.0, 3.0]);
    }

    [Fact]
    public void Csv_faults_name_row_and_column()
    {
        Refusal("a,b\n1,2\n3,x\n", ["b"]).ShouldBe("x.csv, row 2, column b: 'x' is not a number");
        Refusal("a,b\n1,NaN\n", ["b"]).ShouldBe("x.csv, row 1, column b: 'NaN' is not a number");
        Refusal("a,b\n1,\n", ["b"]).ShouldBe("x.csv, row 1, column b: '' is not a number");
        Refusal("a,b\n1\n", ["b"]).ShouldBe("x.csv, row 1: only 1 values for 2 columns");
        Refusal("a,b\n1,2,3\n", ["b"]).ShouldBe("x.csv, row 1: more than the header's values for 2 columns");
        Refusal("a,b\n1,2\n", ["c"]).ShouldBe("x.csv: column c is missing; the header has a, b");
        Refusal("a;b\n1;2\n", ["b"]).ShouldBe("x.csv: column b is missing; the header has a;b (columns are separated by commas, not by ';')");
        Refusal("a,b\n1,\"2,5\"\n", ["b"]).ShouldBe("x.csv, row 1, column b: the value begins with a quote; values are read without quotes and cannot hold commas");
        Refusal("a,a\n1,2\n", ["a"]).ShouldBe("x.csv: column a appears twice");
        Refusal("", ["a"]).ShouldBe("x.csv is empty");
        CsvFile.Read("/nowhere.csv", ["a"]).Fault!.Message.ShouldBe("/nowhere.csv does not exist");
    }

    [Fact]
    public void A_byte_order_mark_quoted_names_and_windows_lines_do_not_matter()
    {
        var csv = CsvFile.Parse("x.csv", new MemoryStream([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes("\"a\",b\r\n1,2\r\n")]), ["a", "b"], [], false).Value;
        (csv.Numbers("a")[0], csv.Numbers("b")[0]).ShouldBe((1, 2));
    }

    [Fact]
    public void A_gzip_file_is_read_whole_and_a_cut_one_is_refused()
    {
        var path = Path.Combine(Path.GetTempPath(), $"busker-csv-{Environment.ProcessId}.csv.gz");
        var text = "a,name\n" + string.Concat(Enumerable.Range(0, 50_000).Select(i => $"{i}.5,n{i}\r\n"));
        using (var gzip = new GZipStream(File.Create(path), CompressionLevel.Fastest)) gzip.Write(Encoding.UTF8.GetBytes(text));
        var csv = CsvFile.Read(path, ["a"], ["name"]).Value;
        csv.Rows.ShouldBe(50_000);
        csv.Numbers("a")[49_999].ShouldBe(49_999.5);
        csv.Words("name")[1].ShouldBe("n1");
        var bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, [1, 2, 3, .. bytes[..100]]);
        CsvFile.Read(path, ["a"]).Fault!.Message.ShouldContain("is not a whole gzip file");
        File.Delete(path);
    }
}
