using System.IO.Compression;
using System.Text;
using Busker.Learning.Data;

namespace Busker.Learning.Tests.Data;

public sealed class RecsFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("busker-recs").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Refusal(string csv, string name = "interactions.csv")
    {
        File.WriteAllText(Path.Combine(_folder, name), csv);
        return RecsFolder.Read(_folder).Fault!.Message;
    }

    [Theory]
    [InlineData("user,weak\n1,0\n", "interactions.csv: column item is missing; the header has user, weak")]
    [InlineData("user,item,weak\n1,NaN,0\n", "interactions.csv, row 1, column item: 'NaN' is not a number")]
    [InlineData("user,item,weak\n1,2,0\n,3,0\n", "interactions.csv, row 2, column user: '' is not a number")]
    [InlineData("user,item,weak\n1,2,0\n1,2.5,0\n", "interactions.csv, row 2, column item: 2.5 is not an id (a whole number from 0)")]
    [InlineData("user,item,weak\n1,2,0\n1,3,7\n", "interactions.csv, row 2, column weak: 7 is not -1, 0, 1 or 2")]
    [InlineData("user,item,weak\n1,2,0\n1,3,2\n1,2,1\n", "interactions.csv, row 3, column item: user 1 and item 2 appear twice")]
    [InlineData("user,item,weak\n1,2,0\n1,3,2\n4,2,2\n", "interactions.csv, row 3, column user: user 4 is empty: no row of this user has weak 0")]
    [InlineData("user,item,weak\n1,2,1\n", "interactions.csv: no row has weak 0, so there is nothing to train on")]
    [InlineData("user,item,weak\n1,2,0\n", "interactions.csv: no row has weak 2, so there is nothing to test on")]
    [InlineData("user,item,weak\n1,2\n", "interactions.csv, row 1: only 2 values for 3 columns")]
    [InlineData("user_id,artist_id,weak,plays\n1,2,0,0\n", "interactions.csv, row 1, column plays: 0 is not a positive number of plays")]
    [InlineData("user,item,weak\n5000000000,2,0\n", "interactions.csv, row 1, column user: 5000000000 is not an id (a whole number from 0)")]
    [InlineData("user,item,weak,fold,held\n1,2,0,0.5,0\n1,3,2,0.5,0\n", "interactions.csv, row 1, column fold: 0.5 does not belong there")]
    [InlineData("user,item,weak,fold,held\n1,2,0,0,0\n1,3,2,0,-1\n", "interactions.csv, row 2, column held: -1 does not belong there")]
    [InlineData("", "interactions.csv is empty")]
    public void Bad_data_is_refused_in_one_sentence_with_row_and_column(string csv, string message) => Refusal(csv).ShouldBe(message);

    [Fact]
    public void Rows_outside_the_split_belong_to_no_fold_and_are_not_held()
    {
        File.WriteAllText(Path.Combine(_folder, "interactions.csv"), "user,item,weak,fold,held\n1,2,0,4,0\n1,3,2,4,1\n1,4,-1,-1,-1\n");
        var set = RecsFolder.Read(_folder).Value;
        set.ItemIds.ShouldBe([2, 3]);
        set.Folds.ShouldBe([4]);
        set.Held!.ItemsOf(0).ToArray().ShouldBe([1]);
    }

    [Fact]
    public void A_folder_without_interactions_and_a_cut_gzip_are_named()
    {
        RecsFolder.Read(_folder).Fault!.Message.ShouldBe($"{_folder} has no interactions.csv or interactions.csv.gz");
        using (var memory = new MemoryStream())
        {
            using (var gzip = new GZipStream(memory, CompressionLevel.Fastest, leaveOpen: true))
                gzip.Write(Encoding.ASCII.GetBytes("user,item,weak\n" + string.Concat(Enumerable.Range(0, 5000).Select(i => $"{i * 7919 % 613},{i},0\n"))));
            File.WriteAllBytes(Path.Combine(_folder, "interactions.csv.gz"), memory.ToArray()[..^5000]);
        }

        RecsFolder.Read(_folder).Fault!.Message.ShouldContain("interactions.csv.gz");
    }

    [Fact]
    public void Tags_and_friends_are_read_beside_and_a_bad_count_is_named()
    {
        File.WriteAllText(Path.Combine(_folder, "interactions.csv"), "user_id,artist_id,weak,plays\n1,10,0,5\n1,11,2,1\n2,10,0,2\n2,11,0,9\n3,12,-1,4\n");
        File.WriteAllText(Path.Combine(_folder, "artist_tags.csv"), "artist_id,tag_id,count\n10,3,2\n12,1,1\n");
        File.WriteAllText(Path.Combine(_folder, "friends.csv"), "user_a,user_b\n1,2\n2,3\n");
        var set = RecsFolder.Read(_folder).Value;
        set.ItemIds.ShouldBe([10, 11]);
        set.Contents!.ItemsOf(0).ToArray().ShouldBe([3]);
        set.Friends.ShouldBe([(0, 1)]);
        set.Test.ItemsOf(0).ToArray().ShouldBe([1]);
        File.WriteAllText(Path.Combine(_folder, "artist_tags.csv"), "artist_id,tag_id,count\n11,3,2\n10,1,0\n");
        RecsFolder.Read(_folder).Fault!.Message.ShouldBe("artist_tags.csv, row 2, column count: tag 1 with count 0 is not a count of a tag");
        File.WriteAllText(Path.Combine(_folder, "artist_tags.csv"), "artist_id,tag_id,count\n5000000000,3,2\n");
        RecsFolder.Read(_folder).Fault!.Message.ShouldBe("artist_tags.csv, row 1, column artist_id: 5000000000 does not belong there");
    }
}
