namespace Busker.FlagImport.Confidence;

internal enum FieldKind
{
    Text,
    Bool,
    Number,
    Double,
    Bytes,
    Struct,
    Time,
    Message,

    /// <summary>From text to messages.</summary>
    Map,
}

internal sealed record Field(string Name, FieldKind Kind, bool Repeated, string Type);

/// <summary>Confidence's messages: name, number and kind of the fields that decide answers.</summary>
internal static class ConfidenceFields
{
    // "Message: name number kind"; * is repeated; a kind that is no word of FieldKind is a message, <M> a map to messages.
    private const string Table = """
        Envelope: state 1 State, account 2 text
        State: flags 1 Flag*, segmentsNoBitsets 2 Segment*, bitsets 5 Bitset*, clients 6 Client*, clientCredentials 7 Credential*, bloomFilters 10 Bloom*
        Flag: name 1 text, schema 2 StructSchema, variants 3 Variant*, state 4 number, rules 5 Rule*, clients 12 text*
        Variant: name 1 text, value 2 struct
        Rule: name 1 text, segment 2 text, targetingKeySelector 5 text, enabled 11 bool, assignmentSpec 12 Spec, materializationSpec 13 Materialization, environments 16 text*
        Spec: bucketCount 1 number, assignments 2 Assignment*
        Assignment: assignmentId 1 text, variant 2 Ref, fallthrough 3 Empty, clientDefault 4 Empty, bucketRanges 5 Range*
        Ref: variant 1 text
        Empty: none 1000 text
        Range: lower 1 number, upper 2 number
        Materialization: writeMaterialization 1 text, readMaterialization 2 text, mode 3 Mode
        Mode: materializationMustMatch 1 bool, segmentTargetingCanBeIgnored 2 bool
        Segment: name 1 text, targeting 2 Targeting, allocation 3 Allocation, bitsetAllocation 6 Raw
        Raw: bitset 1 bytes
        Allocation: proportion 1 Decimal, exclusivityTags 3 text*, exclusiveTo 4 text*
        Decimal: value 1 text
        Targeting: criteria 1 <Criterion>, expression 2 Expression
        Criterion: attribute 1 Attribute, segment 2 SegmentRef, materializedSegment 3 ListRef
        SegmentRef: segment 1 text
        ListRef: materializedSegment 1 text
        Attribute: attributeName 1 text, eqRule 2 Eq, setRule 3 Set, rangeRule 4 Between, anyRule 5 Outer, allRule 6 Outer, startsWithRule 7 Word, endsWithRule 8 Word, containsRule 9 Word
        Outer: rule 1 Inner
        Inner: eqRule 1 Eq, setRule 2 Set, rangeRule 3 Between, startsWithRule 4 Word, endsWithRule 5 Word, containsRule 6 Word
        Eq: value 1 Value
        Set: values 1 Value*
        Between: startInclusive 1 Value, startExclusive 2 Value, endInclusive 3 Value, endExclusive 4 Value
        Word: value 1 text
        Value: boolValue 1 bool, stringValue 4 text, timestampValue 5 time, versionValue 6 Version, numberValue 7 double, listValue 8 Set
        Version: version 1 text
        Expression: ref 1 text, not 2 Expression, and 3 Operands, or 4 Operands
        Operands: operands 1 Expression*
        Bitset: segment 1 text, gzippedBitset 2 bytes, fullBitset 3 bool
        Bloom: materializedSegment 1 text, data 2 bytes, hashFunctionCount 3 number, bitCount 4 number, strategy 5 number
        Client: name 1 text
        Credential: name 1 text, clientSecret 3 Secret, environments 16 text*
        Secret: secret 1 text
        StructSchema: schema 1 <Schema>
        Schema: structSchema 1 StructSchema, listSchema 2 ListSchema, intSchema 3 Empty, doubleSchema 4 Empty, stringSchema 5 Empty, boolSchema 6 Empty
        ListSchema: elementSchema 1 Schema
        """;

    public static IReadOnlyDictionary<(string Message, int Number), Field> Known { get; } = Read();

    private static Dictionary<(string, int), Field> Read()
    {
        var fields = new Dictionary<(string, int), Field>();
        foreach (var line in Table.Split('\n'))
        {
            var (message, list) = (line[..line.IndexOf(':', StringComparison.Ordinal)], line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..]);
            foreach (var field in list.Split(','))
            {
                var words = field.Trim().Split(' ');
                var type = words[2].Trim('*', '<', '>');
                var kind = words[2][0] == '<' ? FieldKind.Map : char.IsUpper(type[0]) ? FieldKind.Message : Enum.Parse<FieldKind>(type, ignoreCase: true);
                fields[(message, int.Parse(words[1], System.Globalization.CultureInfo.InvariantCulture))] = new(words[0], kind, words[2][^1] == '*', type);
            }
        }

        return fields;
    }
}
