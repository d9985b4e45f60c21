using System.Text;
using System.Text.RegularExpressions;
using Busker.Simulator.Core;

namespace Busker.Simulator.Stripe;

/// <summary>Files: evidence up, reports down.</summary>
internal sealed partial class Files(Sandbox box)
{
    private static readonly Dictionary<string, (string Type, byte[] Magic)> Kinds = new()
    {
        ["pdf"] = ("application/pdf", "%PDF"u8.ToArray()), ["png"] = ("image/png", [0x89, 0x50, 0x4E, 0x47]), ["jpg"] = ("image/jpeg", [0xFF, 0xD8, 0xFF]),
        ["csv"] = ("text/csv", []),
    };

    public IEnumerable<Route> Routes =>
    [
        new("POST", "/v1/files", Upload, "multipart; dispute evidence is PDF, JPEG or PNG of at most 5 MB, told by its first bytes", "file links"),
        new("GET", "/v1/files", call => Listing.Page(box, call, "file", "/v1/files", "purpose"), "by purpose"),
        new("GET", "/v1/files/{id}", call => box.Store.Get("file", call.Id), "as uploaded"),
        new("GET", "/v1/files/{id}/contents", call => new Answer(200, (byte[])box.Store.Get("file", call.Id).Hidden!, "application/octet-stream", call.Id), "the bytes"),
    ];

    public static Thing Store(Sandbox box, string purpose, string name, byte[] content, string type)
    {
        var file = box.Make("file", "file_1", 23);
        file["purpose"] = purpose;
        file["filename"] = name;
        file["size"] = content.Length;
        file["type"] = type;
        file["url"] = $"https://files.stripe.com/v1/files/{file.Id}/contents";
        file.Hidden = content;
        return box.Store.Add(file);
    }

    /// <summary>Pages of a PDF, by its page objects; an image is one.</summary>
    public static int Pages(Thing? file)
    {
        if (file?.Hidden is not byte[] content) return 0;
        if (file.Text("type") != "pdf") return 1;
        var text = Encoding.Latin1.GetString(content);
        return Math.Max(1, Page().Count(text));
    }

    [GeneratedRegex(@"/Type\s*/Page\b")]
    private static partial Regex Page();

    private Thing Upload(Call call)
    {
        var parts = Multipart.Read(call.Ask) ?? throw StripeError.Invalid("Files are uploaded as multipart/form-data.", null);
        var purpose = parts.Find(p => p is { Name: "purpose", FileName: null }) is { } field ? Encoding.UTF8.GetString(field.Content) : throw StripeError.Required("purpose");
        var (name, content) = parts.FindLast(p => p.FileName is not null) is { } document ? (document.FileName, document.Content) : throw StripeError.Required("file");
        var kind = Kinds.FirstOrDefault(k => k.Value.Magic.Length > 0 && content.AsSpan().StartsWith(k.Value.Magic)).Key;
        if (purpose == "dispute_evidence")
        {
            if (kind is null) throw StripeError.Invalid("The file must be a PDF, JPEG or PNG.", "file");
            if (content.Length > 5 * 1024 * 1024) throw StripeError.Invalid("The file must be at most 5 MB.", "file");
        }

        return Store(box, purpose, name ?? "upload", content, kind ?? "csv");
    }
}
