// The fields of each message in the order of their numbers, from 1: "[oneof.]name type", "*" repeated, "?" with presence,
// "%" a map from strings. Messages that are not named here are not read. A test holds this table to the .proto files.
export const layout = `
FlagState: account string, version uint64, flags Flag*, segments Segment*, lists MaterializedList*, clients Client*, environments string*, attributes AttributeDeclaration*
AttributeDeclaration: path string, type enum
Flag: name string, state enum, schema ValueSchema, variants Variant*, rules Rule*, defaultVariant string, clients string*, prerequisites FlagCondition*, metadata Struct
ValueSchema: type.struct ValueSchema.Struct, type.list ValueSchema.List, type.scalar enum
ValueSchema.Struct: fields ValueSchema%
ValueSchema.List: element ValueSchema
Variant: name string, value Value, metadata Struct
Rule: name string, enabled bool, kind enum, environments string*, segment string, targeting Expression, everyone bool, targetingKeySelector string, fallbackSelectors string*, assignment AssignmentSpec, materialization MaterializationSpec
AssignmentSpec: bucketCount uint32, assignments Assignment*, hash BucketHash
Assignment: id string, ranges BucketRange*, outcome.variant string, outcome.fallthrough Empty, outcome.clientDefault Empty, outcome.serverDefault Empty
Empty:
MaterializationSpec: read string, write string, mustMatch bool, ignoreTargeting bool
Segment: name string, targeting Expression, everyone bool, allocation Allocation
Allocation: buckets uint32, exclusivityTags string*, exclusiveTo string*, allocated.ranges Allocation.Ranges, allocated.bitset bytes
Allocation.Ranges: ranges BucketRange*
MaterializedList: name string, content.exact MaterializedList.Exact, content.bloom MaterializedList.Bloom, content.remote Empty
MaterializedList.Exact: units string*
MaterializedList.Bloom: words bytes, hashCount uint32, bitCount uint64
Client: name string, credentials Credential*
Credential: name string, secretSha256 bytes, environments string*
Expression: kind.all Expressions, kind.any Expressions, kind.not Expression, kind.criterion Criterion, kind.segment string, kind.list string, kind.flag FlagCondition, kind.gate BucketGate
Expressions: expressions Expression*
FlagCondition: flag string, variants string*
BucketGate: hash BucketHash, bucketCount uint32, ranges BucketRange*, selector string
BucketRange: lower uint32, upper uint32
BucketHash: algorithm enum, prefix string, suffix string
Criterion: attribute string, comparison enum, predicate.equalTo EqualTo, predicate.oneOf OneOf, predicate.between Between, predicate.some Quantifier, predicate.every Quantifier, predicate.startsWith Text, predicate.endsWith Text, predicate.contains Text, predicate.presence enum, predicate.matches Pattern, predicate.inNetwork Networks, predicate.modulo Modulo, predicate.relativeTime RelativeTime, predicate.semVer SemVer, predicate.size ListSize, predicate.kinds Kinds
Literal: value.bool bool, value.number double, value.string string, value.timestampUs sint64, value.version string
EqualTo: value Literal
OneOf: values Literal*, ignoreCase bool
Between: lower Literal, lowerExclusive bool, upper Literal, upperExclusive bool
Quantifier: predicate.equalTo EqualTo, predicate.oneOf OneOf, predicate.between Between, predicate.startsWith Text, predicate.endsWith Text, predicate.contains Text, predicate.matches Pattern
Text: values string*, ignoreCase bool
Pattern: regex string, ignoreCase bool
Networks: cidrs string*
Modulo: divisor int64, remainder int64
RelativeTime: fromUs sint64?, toUs sint64?
SemVer: op enum, version string, form enum
ListSize: atLeast uint32?, atMost uint32?
Kinds: kinds enum*
StateFile: header bytes, signature bytes, payload bytes
StateHeader: account string, version uint64, builtAtUs sint64, stateSha256 bytes, payloadSha256 bytes, baseSha256 bytes, previousSha256 bytes, keyId string, stateBytes uint64
StateDelta: pieces StateDelta.Piece*
StateDelta.Piece: kind.copy StateDelta.Copy, kind.insert bytes
StateDelta.Copy: offset uint64, length uint64
Value: kind.null enum, kind.number double, kind.string string, kind.bool bool, kind.struct Struct, kind.list ListValue
Struct: fields Value%
ListValue: values Value*`;
