using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Busker.Experiments.V1;
using Busker.FlagImport.Drafts;
using Busker.Flags;
using Busker.Kernel;
using Google.Protobuf;

namespace Busker.FlagImport.Confidence;

/// <summary>Confidence's `ResolverState`, which the contract's reference semantics come from. Secrets become their hashes.</summary>
internal sealed class ConfidenceImport
{
    private const int BitsetBytes = (int)BucketSpace.Buckets / 8;
    private readonly Node _source;
    private readonly FlagState _state;
    private readonly Report _report = new();
    private readonly Dictionary<string, string> _paths = new(StringComparer.Ordinal);
    private readonly HashSet<string> _segments = new(StringComparer.Ordinal);

    public ConfidenceImport(Node source, ImportOptions options)
    {
        _source = source.Member("state") ?? source;
        var account = options.Account.Length > 0 ? options.Account : Last(source.TextOf("account"));
        _state = new() { Account = account.Length > 0 ? account : "imported", Version = options.Version };
        if (account.Length == 0 && Items("bitsets").Any(b => b.Member("fullBitset")?.IsTruthy != true))
        {
            _report.Differs("account", "is not in a ResolverState, and salts its buckets: name it");
        }
    }

    /// <summary>"segments/x" is x.</summary>
    public static string Last(string name) => name[(name.LastIndexOf('/') + 1)..];

    public Result<Imported> Run()
    {
        if (_source.Member("flags") is not { Kind: NodeKind.List }) return Fault.Invalid("flags", "is missing: this is no ResolverState");
        foreach (var filter in Items("bloomFilters")) Filter(filter);
        foreach (var segment in Items("segmentsNoBitsets")) _segments.Add(Last(segment.TextOf("name")));
        var bitsets = Items("bitsets").DistinctBy(b => b.TextOf("segment")).ToDictionary(b => Last(b.TextOf("segment")), StringComparer.Ordinal);
        var targeting = new ConfidenceTargeting(_report, _segments, List);
        foreach (var segment in Items("segmentsNoBitsets")) Segment(segment, targeting, bitsets);
        Clients();
        foreach (var (flag, i) in Items("flags").Select((f, i) => (f, i))) Flag(flag, $"flags[{i}]");
        return Weeding.Run(_state, _paths, _report);
    }

    private IReadOnlyList<Node> Items(string name) => _source.Member(name)?.Items ?? [];

    private string List(string name)
    {
        if (_state.Lists.All(l => l.Name != name)) _state.Lists.Add(new MaterializedList { Name = name, Remote = new() });
        return name;
    }

    private void Filter(Node filter)
    {
        var name = filter.MemberText("materializedSegment");
        var (hashes, bits) = (JsNumber.Of(filter.Member("hashFunctionCount")), JsNumber.Of(filter.Member("bitCount")));
        if (JsNumber.Of(filter.Member("strategy")) != 1 || !(hashes is >= 1 and <= 64) || !(bits is >= 1 and <= 1L << 40) || Bytes(filter.TextOf("data")) is not { } words)
        {
            _report.LeaveOut($"bloomFilters.{name}", "is no filter of the strategy MURMUR128_MITZ_64");
            return;
        }

        _state.Lists.Add(new MaterializedList { Name = name, Bloom = new() { Words = UnsafeByteOperations.UnsafeWrap(words), HashCount = (uint)hashes, BitCount = (ulong)bits } });
    }

    private void Segment(Node source, ConfidenceTargeting targeting, Dictionary<string, Node> bitsets)
    {
        var segment = new Segment { Name = Last(source.TextOf("name")) };
        var path = $"segments.{segment.Name}";
        _paths["segment " + segment.Name] = path;
        _report.Begin();
        var condition = source.Member("targeting") is { } given ? targeting.Of(given, path + ".targeting") : Say.Always;
        if (Say.IsAlways(condition)) segment.Everyone = true;
        else segment.Targeting = condition;
        if (bitsets.TryGetValue(segment.Name, out var bitset)) segment.Allocation = Allocated(bitset, source.Member("allocation") ?? Node.Null, path);
        if (!_report.Lost) _state.Segments.Add(segment);
    }

    private Allocation? Allocated(Node bitset, Node allocation, string path)
    {
        var made = new Allocation
        {
            ExclusivityTags = { Texts(allocation.Member("exclusivityTags")) }, ExclusiveTo = { Texts(allocation.Member("exclusiveTo")) },
        };
        if (bitset.Member("fullBitset")?.IsTruthy == true)
        {
            if (made.ExclusivityTags.Count + made.ExclusiveTo.Count == 0) return null;
            made.Buckets = BucketSpace.Buckets;
            made.Ranges = new() { Ranges_ = { new BucketRange { Upper = BucketSpace.Buckets } } };
            return made;
        }

        if (Bytes(bitset.MemberText("gzippedBitset")) is not { } packed || Unpack(packed) is not { } bits)
        {
            _report.LeaveOut(path, "its buckets cannot be unpacked");
            return null;
        }

        made.Buckets = (uint)bits.Sum(b => int.PopCount(b));
        made.Bitset = UnsafeByteOperations.UnsafeWrap(bits);
        return made;
    }

    /// <summary>Null: it is no gzip, or holds more than a million bits.</summary>
    private static byte[]? Unpack(byte[] packed)
    {
        try
        {
            using var gzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
            var bits = new byte[BitsetBytes + 1];
            var length = gzip.ReadAtLeast(bits, bits.Length, throwOnEndOfStream: false);
            return length > BitsetBytes ? null : bits[..length];
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private static byte[]? Bytes(string base64)
    {
        var standard = base64.Replace('-', '+').Replace('_', '/').TrimEnd('=');
        var bytes = new byte[standard.Length];
        return Convert.TryFromBase64String(standard.PadRight((standard.Length + 3) / 4 * 4, '='), bytes, out var length) ? bytes[..length] : null;
    }

    private void Clients()
    {
        foreach (var client in Items("clients")) _state.Clients.Add(new Client { Name = Last(client.TextOf("name")) });
        foreach (var credential in Items("clientCredentials"))
        {
            var parts = credential.TextOf("name").Split('/');
            var secret = credential.Member("clientSecret")?.TextOf("secret") ?? "";
            if (parts.Length < 4 || _state.Clients.FirstOrDefault(c => c.Name == parts[1]) is not { } client || secret.Length == 0) continue;
            client.Credentials.Add(new Credential
            {
                Name = parts[3], SecretSha256 = ByteString.CopyFrom(SHA256.HashData(Encoding.UTF8.GetBytes(secret))),
                Environments = { Texts(credential.Member("environments")).Select(Environment) },
            });
        }

        if (_state.Clients.Count == 0) _report.Differs("clients", "are none: there nobody may ask, here everybody may");
    }

    private string Environment(string name)
    {
        if (!_state.Environments.Contains(Last(name))) _state.Environments.Add(Last(name));
        return Last(name);
    }

    private void Flag(Node source, string path)
    {
        var draft = new FlagDraft(Last(source.TextOf("name")), path);
        _paths[draft.Flag.Name] = $"{path} {draft.Flag.Name}";
        _report.Begin();
        draft.Flag.State = source.Member("state") is { Kind: NodeKind.Text, Text: "ACTIVE" } or { Kind: NodeKind.Number, Number: 1 } ? Experiments.V1.Flag.Types.State.Active : Experiments.V1.Flag.Types.State.Archived;
        if (source.Member("schema") is { } schema) draft.Flag.Schema = ConfidenceSchema.OfStruct(schema);
        draft.Flag.Clients.Add(Texts(source.Member("clients")).Select(Last).Where(c => _state.Clients.Any(known => known.Name == c)));
        foreach (var variant in source.Member("variants")?.Items ?? [])
        {
            draft.Flag.Variants.Add(new Variant { Name = Last(variant.TextOf("name")), Value = Google.Protobuf.WellKnownTypes.Value.ForStruct((variant.Member("value") ?? Node.Null).ToStruct()) });
        }

        foreach (var (rule, i) in (source.Member("rules")?.Items ?? []).Select((r, i) => (r, i))) Rule(draft, rule, $"{path}.rules[{i}]");
        if (!_report.Lost) _state.Flags.Add(draft.Flag);
    }

    private void Rule(FlagDraft draft, Node source, string path)
    {
        var segment = Last(source.TextOf("segment"));
        if (!_segments.Contains(segment)) return; // it never fits there either
        var spec = source.Member("assignmentSpec") is { } given ? ConfidenceAssignments.Of(given, draft, _report, path + ".assignmentSpec") : new() { BucketCount = 1 };
        if (spec is null) return;
        var rule = new Rule
        {
            Name = Last(source.TextOf("name")), Enabled = source.Member("enabled")?.IsTruthy == true, Kind = Experiments.V1.Rule.Types.Kind.Unspecified, Segment = segment,
            TargetingKeySelector = source.MemberText("targetingKeySelector"), Assignment = spec,
            Environments = { Texts(source.Member("environments")).Select(Environment) },
        };
        if (source.Member("materializationSpec") is { } sticky && source.Member("assignmentSpec") is not null)
        {
            var mode = sticky.Member("mode") ?? Node.Null;
            rule.Materialization = new()
            {
                Read = sticky.MemberText("readMaterialization"), Write = sticky.MemberText("writeMaterialization"),
                MustMatch = mode.Member("materializationMustMatch")?.IsTruthy == true, IgnoreTargeting = mode.Member("segmentTargetingCanBeIgnored")?.IsTruthy == true,
            };
        }

        draft.Flag.Rules.Add(rule);
    }

    private static IEnumerable<string> Texts(Node? list) => (list?.Items ?? []).Where(t => t.Kind == NodeKind.Text).Select(t => t.Text);
}
