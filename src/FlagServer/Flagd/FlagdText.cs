using Busker.Flags;
using Busker.FlagServer.Serving;

namespace Busker.FlagServer.Flagd;

/// <summary>flagd's words for a reason: it says TARGETING_MATCH where others say SPLIT.</summary>
internal static class FlagdText
{
    public static string Why(FlagAnswers flag, in Answer answer) =>
        flag.Why(answer) is var word && word == Word.Split ? "TARGETING_MATCH" : FlagAnswers.Spell(word);
}
