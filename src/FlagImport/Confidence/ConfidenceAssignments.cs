using Busker.Experiments.V1;
using Busker.FlagImport.Drafts;

namespace Busker.FlagImport.Confidence;

/// <summary>How a rule spreads its units. Where ranges overlap the first assignment has the bucket.</summary>
internal static class ConfidenceAssignments
{
    private const double MaxBuckets = 10_000_000;

    public static AssignmentSpec? Of(Node spec, FlagDraft draft, Report report, string path)
    {
        var count = JsNumber.Of(spec.Member("bucketCount"));
        if (!(count >= 1 && count <= MaxBuckets))
        {
            report.LeaveOut(path + ".bucketCount", "has no buckets");
            return null;
        }

        var made = new AssignmentSpec { BucketCount = (uint)count };
        var taken = new List<BucketRange>();
        foreach (var (source, i) in (spec.Member("assignments")?.Items ?? []).Select((a, i) => (a, i)))
        {
            var assignment = new Assignment { Id = source.MemberText("assignmentId") };
            if (source.Member("variant") is { } variant) assignment.Variant = ConfidenceImport.Last(variant.TextOf("variant"));
            else if (source.Member("fallthrough") is not null) assignment.Fallthrough = new();
            else if (source.Member("clientDefault") is not null) assignment.ClientDefault = new();
            else report.LeaveOut($"{path}.assignments[{i}]", "assigns nothing that is known");
            foreach (var range in source.Member("bucketRanges")?.Items ?? []) assignment.Ranges.Add(Rest(Number(range, "lower"), Number(range, "upper"), made.BucketCount, taken));

            taken.AddRange(assignment.Ranges);
            made.Assignments.Add(assignment);
        }

        return made;
    }

    private static double Number(Node range, string name) => range.Member(name) is { } value ? JsNumber.Of(value) : 0;

    /// <summary>What is left of a range after those taken.</summary>
    private static IEnumerable<BucketRange> Rest(double lower, double upper, uint count, List<BucketRange> taken)
    {
        var at = (uint)Math.Clamp(lower, 0, count);
        var end = (uint)Math.Clamp(upper, 0, count);
        foreach (var other in taken.OrderBy(t => t.Lower))
        {
            if (other.Upper <= at) continue;
            if (other.Lower >= end) break;
            if (other.Lower > at) yield return new() { Lower = at, Upper = other.Lower };
            at = other.Upper;
        }

        if (at < end) yield return new() { Lower = at, Upper = end };
    }
}
