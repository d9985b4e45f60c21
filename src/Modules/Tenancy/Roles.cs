using System.Collections.Frozen;
using Busker.Common.V1;
using Busker.Rpc;
using Busker.Tenancy.V1;

namespace Busker.Tenancy;

/// <summary>
/// What each role may do: patterns over the permissions that the contract names, expanded once when the host starts, so a
/// new RPC is covered by its verb and a check is one set lookup.
/// </summary>
internal sealed class Roles
{
    private static readonly Dictionary<Role, Func<string, bool>> Rules = new()
    {
        [Role.Analyst] = p => Verb(p) == "read",
        [Role.Service] = p => Verb(p) is "read" or "consume",
        [Role.Developer] = p => Verb(p) is "read" or "consume" or "write" or "publish" && p != "tenancy.write",
        [Role.Owner] = p => Verb(p) != "operate",
        [Role.Operator] = _ => true,
    };

    private readonly FrozenDictionary<Role, FrozenSet<string>> _permissions;

    /// <param name="services">every service that the host answers</param>
    public Roles(IEnumerable<RpcRegistration> services)
    {
        var all = services.SelectMany(s => s.Service.Methods)
            .Select(m => m.GetOptions()?.GetExtension(OptionsExtensions.Rule)?.Permission).OfType<string>().Distinct().ToList();
        _permissions = Rules.ToFrozenDictionary(r => r.Key, r => all.Where(r.Value).ToFrozenSet(StringComparer.Ordinal));
    }

    public FrozenSet<string> PermissionsOf(Role role) => _permissions.GetValueOrDefault(role) ?? FrozenSet<string>.Empty;

    /// <summary>Whether somebody with these permissions may hand out the role: only what they have themselves.</summary>
    public bool MayGive(FrozenSet<string> held, Role role) => PermissionsOf(role).IsSubsetOf(held);

    private static string Verb(string permission) => permission[(permission.IndexOf('.', StringComparison.Ordinal) + 1)..];
}
