using System.Reflection;
using Busker.Rpc;
using Busker.Storage;
using Busker.Tenancy.V1;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Busker.Tenancy;

/// <summary>The room's table of contents.</summary>
public static class TenancyModule
{
    /// <summary>Holds the room's migrations.</summary>
    public static Assembly Assembly => typeof(TenancyModule).Assembly;

    public static IServiceCollection AddTenancy(this IServiceCollection services) => services
        .AddSingleton<Roles>()
        .AddSingleton(p => new KeyRing(p.GetRequiredService<Db>(), p.GetRequiredService<Roles>()))
        .AddSingleton(p => new TenantBook(p.GetRequiredService<Db>()))
        .AddSingleton<Authenticate>(p => p.GetRequiredService<KeyRing>().AuthenticateAsync)
        .AddSingleton<IHostedService, NoteKeyUses>()
        .AddRpcs(TenancyReflection.Descriptor.Services[0],
            typeof(CreateTenant), typeof(GetTenant), typeof(ListTenants), typeof(RenameTenant),
            typeof(CreateKey), typeof(ListKeys), typeof(RotateKey), typeof(RevokeKey),
            typeof(AddMember), typeof(ListMembers), typeof(SetMemberRole), typeof(RemoveMember),
            typeof(SearchAudit));
}
