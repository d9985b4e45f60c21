using Busker.Catalog.V1;

namespace Busker.Catalog;

/// <summary>Numbers plans: an unchanged plan keeps its version, a changed one gets the next, a new one is 1.</summary>
internal static class PlanVersions
{
    public static Document Assign(Document document, Document? before)
    {
        var result = document.Clone();
        foreach (var plan in result.Plans)
        {
            var old = before?.Plans.FirstOrDefault(p => p.Key == plan.Key);
            plan.Version = old?.Version ?? 1;
            if (old is not null && !old.Equals(plan)) plan.Version = old.Version + 1;
        }

        return result;
    }
}
