using System.Reflection;
using Busker.Kernel;

namespace Busker.Storage;

/// <summary>Whether a value is a <see cref="Result{T}"/> that holds a fault; looked up once per type.</summary>
internal static class Refusal<T>
{
    private static readonly Func<T, bool>? Test =
        typeof(T).IsGenericType && typeof(T).GetGenericTypeDefinition() == typeof(Result<>)
            ? typeof(Refusal<T>).GetMethod(nameof(Of), BindingFlags.NonPublic | BindingFlags.Static)!
                .MakeGenericMethod(typeof(T).GetGenericArguments()).CreateDelegate<Func<T, bool>>()
            : null;

    public static bool In(T value) => Test is not null && Test(value);

    private static bool Of<TValue>(Result<TValue> result) => result.Fault is not null;
}
