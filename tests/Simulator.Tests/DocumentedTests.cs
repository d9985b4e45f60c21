using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace Busker.Simulator.Tests;

/// <summary>
/// The test values of docs.stripe.com/testing, section by section, as the page lists them: each number and each token does what is said there.
/// </summary>
public sealed class DocumentedTests
{
    /// <summary>Numbers that succeed, with the token of the same card.</summary>
    private const string Successes = """
        4242424242424242=visa 4000056655665556=visa_debit 5555555555554444=mastercard 2223003122003222 5200828282828210=mastercard_debit 5105105105105100=mastercard_prepaid
        378282246310005=amex 371449635398431 6011111111111117=discover 6011000990139424 6011981111111113 3056930009020004=diners 36227206271667 6555900000604105
        3566002020360505=jcb 6200000000000005=unionpay 6200000000000047 6205500000000000004 4000002500001001=visa_cartesBancaires 5555552500001001=mastercard_cartesBancaires
        4000050360000001=visa_debit_eftposAuCoBranded 5555050360000080=mastercard_debit_eftposAuCoBranded 4242424242424242=us 4000000320000021=ar 4000000760000002=br
        4000001240000000=ca 4000001520000001=cl 4000001700000003=co 4000001880000005=cr 4000002180000000=ec 4000004840008001=mx 5062210000000009 4000005910000000=pa
        4000006000000066=py 4000006040000068=pe 4000008580000003=uy 4000007840000001=ae 5200007840000022=ae_mastercard 4000000400000008=at 4000000560000004=be
        4000001000000000=bg 4000001120000005=by 4000001910000009=hr 4000001960000008=cy 4000002030000002=cz 4000002080000001=dk 4000002330000009=ee 4000002460000001=fi
        4000002500000003=fr 4000002760000016=de 4000002920000005=gi 4000003000000030=gr 4000003480000005=hu 4000003720000005=ie 4000003800000008=it 4000004280000005=lv
        4000004380000004=li 4000004400000000=lt 4000004420000006=lu 4000004700000007=mt 4000005280000002=nl 4000005780000007=no 4000006160000005=pl 4000006200000007=pt
        4000006420000001=ro 4000006820000007 4000007050000006=si 4000007030000001=sk 4000007240000007=es 4000007520000008=se 4000007560000009=ch 4000008260000000=gb
        4000058260000005=gb_debit 5555558265554449=gb_mastercard 4000000360000006=au 4000001560000002=cn 4000003440000004=hk 4000003560000008=in 4000003920000003=jp
        3530111333300000 4000004580000002=my 4000005540000008=nz 4000007020000003=sg 4000001580000008=tw 4000007640000003=th_credit 4000057640000008=th_debit
        4000051230000072=debit_visaFsaProductCode 4000051230000072=debit_visaHsaProductCode 5200828282828897=mastercard_debit_mastercardFsaProductCode
        4000000000000077=bypassPending 4000003720000278=bypassPendingInternational 4000000000009235=riskLevelElevated 4000008400000407=highFraudDisputeScore
        4000008400000159=highEfwScore 4000008400001017=radarDynamicRiskThreshold 4001858821843804=freeTrialAbuseBlock 4000008405600003=adaptive3dsChallenge
        4000000000000101=cvcCheckFail 4000000000000036=avsZipFail 4000058400307872=cvcCheckFailElevatedRisk 4000058400306072=avsZipFailElevatedRisk
        4000000000000028=avsLine1Fail 4000000000000010=avsFail 4000000000000044=avsUnchecked 4000000000001208 4000000000003725 4000000000003055=threeDSecureOptional
        4000000000003097=threeDSecureOptionalProcessingError 378282246310005=amex_threeDSecureNotSupported 4000000032200000 4000582600000094 4000582600000045
        4000582600000102 4000582600000110 4000000000000259=createDispute 4000000000002685=createDisputeProductNotReceived 4000000000001976=createDisputeInquiry
        4000000000005423=createIssuerFraudRecord 4000000404000079=createMultipleDisputes 4000000404000038=createCe3EligibleDispute
        4000008400000779=createComplianceDispute 5105008400000002=createMastercardComplianceDispute 4000000001000043=createAutoRepresentmentEligibleDispute
        4000000404004816=createRapidDisputeResolutionDispute 4000000404005649=createCe3BlockDispute 5105000300000018=createEthocaAlert 4000000000007726=pendingRefund 4000000000005126=refundFail
        """;

    [Fact]
    public async Task Each_card_that_pays_pays_by_number_and_by_token_and_is_of_its_country()
    {
        await using var shop = await Shop.OpenAsync();
        foreach (var pair in Successes.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries))
        {
            var (number, name) = pair.Split('=') is [var n, var t] ? (n, t) : (pair, null);
            var paid = await shop.PayAsync(await shop.NumberAsync(number));
            Text(paid, "status").ShouldBe("succeeded", number);
            if (name is null) continue;
            var token = await shop.PayAsync($"payment_method=pm_card_{name}&expand[]=latest_charge");
            Text(token, "status").ShouldBe("succeeded", name);
            var card = token["latest_charge"]!["payment_method_details"]!["card"]!;
            Text(card, "last4").ShouldBe(number[^4..], name);
            if (name.Length == 2) Text(card, "country").ShouldBe(name.ToUpperInvariant());
            Text(await shop.PostAsync("/v1/charges", $"amount=2000&currency=usd&source=tok_{name}"), "status").ShouldBe("succeeded", "tok_" + name);
        }

        await shop.Simulator.AdvanceAsync(TimeSpan.FromDays(1));
        shop.Simulator.Discrepancies().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("4000000000000002", "visa_chargeDeclined", "card_declined", "generic_decline")]
    [InlineData("4000000000009995", "visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds")]
    [InlineData("4000000000009987", "visa_chargeDeclinedLostCard", "card_declined", "lost_card")]
    [InlineData("4000000000009979", "visa_chargeDeclinedStolenCard", "card_declined", "stolen_card")]
    [InlineData("4000000000000069", "chargeDeclinedExpiredCard", "expired_card", null)]
    [InlineData("4000000000000127", "chargeDeclinedIncorrectCvc", "incorrect_cvc", null)]
    [InlineData("4000000000000119", "chargeDeclinedProcessingError", "processing_error", null)]
    [InlineData("4000000000006975", "visa_chargeDeclinedVelocityLimitExceeded", "card_declined", "card_velocity_exceeded")]
    [InlineData("4000000000000341", "chargeCustomerFail", "card_declined", null)]
    [InlineData("4000000000000341", "visa_chargeCustomerFailLostCard", "card_declined", "lost_card")]
    [InlineData("4000000000000341", "visa_chargeCustomerFailStolenCard", "card_declined", "stolen_card")]
    [InlineData("4000000000009995", "visa_debit_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds")]
    [InlineData("4100000000000019", "radarBlock", "card_declined", "fraudulent")]
    [InlineData("4100000000000019", "visa_chargeDeclinedFraudulent", "card_declined", "fraudulent")]
    [InlineData("4000000000004954", "riskLevelHighest", "card_declined", "fraudulent")]
    [InlineData("4000008400001280", "threeDSecureRequiredProcessingError", "card_declined", null)]
    public async Task Each_card_that_declines_gives_its_code_and_only_the_later_ones_can_be_kept(string number, string token, string code, string? decline)
    {
        await using var shop = await Shop.OpenAsync();
        foreach (var method in (string[])[$"payment_method=pm_card_{token}", await shop.NumberAsync(number)])
        {
            var error = (await shop.PayAsync(method))["error"]!;
            Text(error, "code").ShouldBe(code);
            if (decline is not null && method.Contains("pm_card", StringComparison.Ordinal)) Text(error, "decline_code").ShouldBe(decline);
        }

        var customer = Text(await shop.PostAsync("/v1/customers", "email=a@example.com"), "id");
        var kept = await shop.PostAsync($"/v1/payment_methods/pm_card_{token}/attach", $"customer={customer}");
        if (token.Contains("chargeDeclined", StringComparison.Ordinal)) Text(kept["error"]!, "code").ShouldBe(code);
        else Text(kept, "customer").ShouldBe(customer);
        if (!token.Contains("CustomerFail", StringComparison.Ordinal)) return;
        Text(await shop.PostAsync("/v1/setup_intents", $"payment_method_types[]=card&confirm=true&customer={customer}&payment_method={Text(kept, "id")}"), "status").ShouldBe("succeeded");
        Text((await shop.PayAsync($"customer={customer}&payment_method={Text(kept, "id")}"))["error"]!, "code").ShouldBe(code);
    }

    [Theory]
    [InlineData("threeDSecure2Required", "", "requires_action", null)]
    [InlineData("4000008400000027", "", "requires_action", null)]
    [InlineData("authenticationRequired", "", "requires_action", null)]
    [InlineData("authenticationRequiredOnSetup", "", "requires_action", null)]
    [InlineData("authenticationRequiredSetupForOffSession", "", "requires_action", null)]
    [InlineData("authenticationRequiredSetupForOffSession", "&off_session=true", "succeeded", null)]
    [InlineData("threeDSecureOptional", "", "succeeded", null)]
    [InlineData("threeDSecureOptional", Any, "requires_action", null)]
    [InlineData("threeDSecureOptionalProcessingError", Any, "succeeded", "processing_error")]
    [InlineData("visa", Any, "succeeded", "attempt_acknowledged")]
    [InlineData("amex_threeDSecureNotSupported", Any, "succeeded", null)]
    [InlineData("4000000032200000", Any, "succeeded", "authenticated")]
    public async Task Each_card_of_3D_Secure_asks_or_does_not(string card, string more, string comes, string? authentication)
    {
        await using var shop = await Shop.OpenAsync();
        var method = char.IsAsciiDigit(card[0]) ? await shop.NumberAsync(card) : "payment_method=pm_card_" + card;
        var paid = await shop.PayAsync(method + more + "&return_url=https://example.com/&expand[]=latest_charge");
        (Text(paid, "status") ?? Text(paid["error"]!, "code")).ShouldBe(comes);
        if (comes == "succeeded") Text(paid["latest_charge"]!["payment_method_details"]!["card"]!["three_d_secure"], "result").ShouldBe(authentication);
    }

    [Theory]
    [InlineData("4000000000000101", "pass", "pass", "fail")]
    [InlineData("4000058400307872", "pass", "pass", "fail")]
    [InlineData("4000000000000036", "pass", "fail", "pass")]
    [InlineData("4000000000000028", "fail", "pass", "pass")]
    [InlineData("4000000000000010", "fail", "fail", "pass")]
    [InlineData("4000000000000044", "unavailable", "unavailable", "pass")]
    [InlineData("4242424242424242", "pass", "pass", "pass")]
    public async Task A_bank_checks_what_it_is_given_and_nothing_else(string number, string line1, string zip, string cvc)
    {
        await using var shop = await Shop.OpenAsync();
        async Task<(string?, string?, string?)> Checks(string form)
        {
            var paid = await shop.PayAsync($"expand[]=latest_charge&payment_method_data[type]=card&payment_method_data[card][number]={number}&payment_method_data[card][exp_month]=12&payment_method_data[card][exp_year]=2034{form}");
            var checks = paid["latest_charge"]!["payment_method_details"]!["card"]!["checks"];
            return (Text(checks, "address_line1_check"), Text(checks, "address_postal_code_check"), Text(checks, "cvc_check"));
        }

        (await Checks("")).ShouldBe((null, null, null));
        (await Checks("&payment_method_data[card][cvc]=123")).ShouldBe((null, null, cvc));
        (await Checks("&payment_method_data[billing_details][address][postal_code]=94107")).ShouldBe((null, zip, null));
        (await Checks("&payment_method_data[card][cvc]=123&payment_method_data[billing_details][address][postal_code]=94107&payment_method_data[billing_details][address][line1]=Street")).ShouldBe((line1, zip, cvc));
        var token = await shop.PostAsync("/v1/tokens", $"card[number]={number}&card[exp_month]=12&card[exp_year]=2034&card[address_zip]=94107");
        (Text(token["card"], "address_line1_check"), Text(token["card"], "address_zip_check"), Text(token["card"], "cvc_check")).ShouldBe((null, zip, null));
        var charge = await shop.PostAsync("/v1/charges", "amount=2000&currency=usd&source=" + Text(token, "id"));
        Text(charge["payment_method_details"]!["card"]!["checks"], "address_postal_code_check").ShouldBe(zip);
    }

    [Fact]
    public async Task A_card_number_is_taken_wherever_a_payment_method_can_be_described()
    {
        await using var shop = await Shop.OpenAsync();
        const string Card = "payment_method_data[type]=card&payment_method_data[card][number]=4000000000009987&payment_method_data[card][exp_month]=12&payment_method_data[card][exp_year]=2034";
        var intent = Text(await shop.PostAsync("/v1/payment_intents", "amount=2000&currency=usd&payment_method_types[]=card"), "id");
        Text((await shop.PostAsync($"/v1/payment_intents/{intent}/confirm", Card))["error"], "decline_code").ShouldBe("lost_card");
        Text(await shop.PostAsync($"/v1/payment_intents/{intent}", Card), "status").ShouldBe("requires_confirmation");
        var setup = Text(await shop.PostAsync("/v1/setup_intents", "payment_method_types[]=card"), "id");
        Text((await shop.PostAsync($"/v1/setup_intents/{setup}/confirm", Card))["error"], "decline_code").ShouldBe("lost_card");
        Text((await shop.PayAsync("payment_method_data[type]=card&payment_method_data[card][pin]=1"))["error"], "code").ShouldBe("parameter_unknown");
    }

    [Theory]
    [InlineData("createDispute", 0)]
    [InlineData("createCe3EligibleDispute", 0)]
    [InlineData("createMultipleDisputes", 1)]
    [InlineData("createDisputeProductNotReceived", 1)]
    [InlineData("createDisputeInquiry", 1)]
    public async Task Nobody_disputes_as_fraud_what_3D_Secure_protects(string token, int disputes)
    {
        await using var shop = await Shop.OpenAsync();
        var paid = await shop.PayAsync($"payment_method=pm_card_{token}&expand[]=latest_charge{Any}");
        var secure = paid["latest_charge"]!["payment_method_details"]!["card"]!["three_d_secure"];
        (Text(secure, "result"), Text(secure, "electronic_commerce_indicator")).ShouldBe(("attempt_acknowledged", "06"));
        await shop.Simulator.AdvanceAsync(TimeSpan.FromSeconds(5));
        var came = (await shop.GetAsync("/v1/disputes?payment_intent=" + Text(paid, "id")))["data"]!.AsArray();
        came.Count.ShouldBe(disputes);
        came.ShouldAllBe(d => Text(d, "reason") != "fraudulent" || Text(d, "status") == "warning_needs_response");
    }

    [Fact]
    public async Task The_disputes_of_the_compliance_and_compelling_evidence_cards_are_of_their_kind()
    {
        await using var shop = await Shop.OpenAsync();
        foreach (var (token, reason, kind, eligible, status) in ((string, string, string, string, string)[])
        [
            ("createCe3EligibleDispute", "fraudulent", "chargeback", "visa_compelling_evidence_3", "requires_action"), ("createComplianceDispute", "noncompliant", "compliance", "visa_compliance", "requires_fee_acknowledgement"),
            ("createMastercardComplianceDispute", "noncompliant", "compliance", "mastercard_compliance", "requires_fee_acknowledgement"),
        ])
        {
            var charge = Text(await shop.PayAsync("payment_method=pm_card_" + token), "latest_charge");
            var dispute = (await shop.GetAsync("/v1/disputes?charge=" + charge))["data"]![0]!;
            (Text(dispute, "reason"), Text(dispute["payment_method_details"]!["card"]!, "case_type")).ShouldBe((reason, kind));
            dispute["enhanced_eligibility_types"]!.AsArray().Select(t => (string?)t).ShouldBe([eligible]);
            Text(dispute["evidence_details"]!["enhanced_eligibility"]![eligible]!, "status").ShouldBe(status);
            var field = eligible.EndsWith("compliance", StringComparison.Ordinal) ? "[fee_acknowledged]=true" : "[prior_undisputed_transactions][0][charge]=ch_1";
            var staged = await shop.PostAsync("/v1/disputes/" + Text(dispute, "id"), $"submit=false&evidence[enhanced_evidence][{eligible}]{field}");
            Text(staged["evidence_details"]!["enhanced_eligibility"]![eligible]!, "status").ShouldBe(eligible.EndsWith("compliance", StringComparison.Ordinal) ? "fee_acknowledged" : "qualified");
            if (field.Contains("[0]", StringComparison.Ordinal)) Text(staged["evidence"]!["enhanced_evidence"]![eligible]!["prior_undisputed_transactions"]![0]!, "charge").ShouldBe("ch_1");
        }
    }

    [Theory]
    [InlineData("sepa", "AT611904300234573201", "sepaDebit_success_at", "succeeded", null)]
    [InlineData("sepa", "DE08370400440532013003", "sepaDebit_successDelayed_de", "succeeded", null)]
    [InlineData("sepa", "FR8420041010050500013M02607", "sepaDebit_failed_fr", "requires_payment_method", null)]
    [InlineData("sepa", "IE94AIBK93115212345672", "sepaDebit_failedDelayed_ie", "requires_payment_method", null)]
    [InlineData("sepa", "NL82RABO0300065266", "sepaDebit_disputed_nl", "succeeded", null)]
    [InlineData("sepa", "BE90510000343434", "sepaDebit_exceedsWeeklyVolumeLimit_be", "requires_payment_method", "charge_exceeds_source_limit")]
    [InlineData("sepa", "SE8750000000000000121212", "sepaDebit_exceedsWeeklyTransactionLimit_se", "requires_payment_method", "charge_exceeds_weekly_limit")]
    [InlineData("sepa", "GB70WEST12345602222227", "sepaDebit_insufficientFunds_gb", "requires_payment_method", "insufficient_funds")]
    [InlineData("us", "000123456789", "usBankAccount_success", "succeeded", null)]
    [InlineData("us", "000111111113", "usBankAccount_accountClosed", "requires_payment_method", "account_closed")]
    [InlineData("us", "000000004954", "usBankAccount_riskLevelHighest", "requires_payment_method", "highest_risk_level")]
    [InlineData("us", "000222222227", "usBankAccount_insufficientFunds", "requires_payment_method", "insufficient_funds")]
    [InlineData("us", "000444444440", "usBankAccount_invalidCurrency", "requires_payment_method", "invalid_currency")]
    [InlineData("us", "000555555559", "usBankAccount_dispute", "succeeded", null)]
    [InlineData("us", "000777777771", "usBankAccount_weeklyLimitExceeded", "requires_payment_method", "charge_exceeds_source_limit")]
    [InlineData("us", "000000000009", "usBankAccount_processing", "processing", null)]
    public async Task Each_bank_account_answers_late_and_as_documented(string kind, string number, string token, string ends, string? failure)
    {
        await using var shop = await Shop.OpenAsync();
        var (type, field) = kind == "sepa" ? ("sepa_debit", "iban") : ("us_bank_account", "account_number");
        foreach (var method in (string[])["payment_method=pm_" + token, $"payment_method_data[type]={type}&payment_method_data[{type}][{field}]={number}"])
        {
            var intent = await shop.PostAsync("/v1/payment_intents", $"amount=2000&currency={(kind == "sepa" ? "eur" : "usd")}&payment_method_types[]={type}&confirm=true&{method}");
            (Text(intent, "status"), Text(await shop.GetAsync("/v1/charges/" + Text(intent, "latest_charge")), "status")).ShouldBe(("processing", "pending"));
            if (token.Contains("Delayed", StringComparison.Ordinal))
            {
                await shop.Simulator.AdvanceAsync(TimeSpan.FromMinutes(2));
                Text(await shop.GetAsync("/v1/payment_intents/" + Text(intent, "id")), "status").ShouldBe("processing");
            }

            await shop.Simulator.AdvanceAsync(TimeSpan.FromMinutes(4));
            intent = await shop.GetAsync("/v1/payment_intents/" + Text(intent, "id"));
            var charge = await shop.GetAsync("/v1/charges/" + Text(intent, "latest_charge"));
            (Text(intent, "status"), Text(charge, "failure_code")).ShouldBe((ends, failure));
            Text(charge, "id").ShouldStartWith("py_"); // what pays is no card
            if (ends == "requires_payment_method") Text(intent["last_payment_error"], "code").ShouldBe(failure is null or "highest_risk_level" or "invalid_currency" ? "payment_intent_payment_attempt_failed" : failure);
            ((bool)charge["disputed"]!).ShouldBe(token.Contains("dispute", StringComparison.Ordinal));
            if (ends != "processing") continue;
            Text(await shop.PostAsync($"/v1/payment_intents/{Text(intent, "id")}/cancel", ""), "status").ShouldBe("canceled");
        }

        shop.Simulator.Discrepancies().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_bank_that_cannot_be_debited_is_refused_at_once()
    {
        await using var shop = await Shop.OpenAsync();
        Text((await shop.PostAsync("/v1/payment_methods", "type=sepa_debit&sepa_debit[iban]=DE91370400440000055555"))["error"]!, "code").ShouldBe("sepa_debit_bank_not_supported");
        Text((await shop.PostAsync("/v1/payment_methods", "type=sepa_debit&sepa_debit[iban]=DE18370400440000066666"))["error"]!, "code").ShouldBe("sepa_debit_debits_not_supported");
    }

    private const string Any = "&payment_method_options[card][request_three_d_secure]=any";

    private static string? Text(JsonNode? node, string name) => (string?)node?[name];

    private sealed class Shop(Simulator simulator) : IAsyncDisposable
    {
        private readonly HttpClient _client = new() { BaseAddress = simulator.Address("stripe"), DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", "sk_test_x") } };

        public Simulator Simulator { get; } = simulator;

        public static async Task<Shop> OpenAsync() => new((await Simulator.Start(new() { Providers = ["stripe"], Seed = 9 })).Value);

        public Task<JsonNode> PayAsync(string form) => PostAsync("/v1/payment_intents", "amount=2000&currency=usd&payment_method_types[]=card&confirm=true&" + form);

        /// <summary>A payment method made of a number, as a parameter.</summary>
        public async Task<string> NumberAsync(string number) =>
            "payment_method=" + Text(await PostAsync("/v1/payment_methods", $"type=card&card[number]={number}&card[exp_month]=12&card[exp_year]=2034&card[cvc]=1234"), "id");

        public async Task<JsonNode> PostAsync(string path, string form)
        {
            using var content = new StringContent(form, new MediaTypeHeaderValue("application/x-www-form-urlencoded"));
            using var reply = await _client.PostAsync(new Uri(path, UriKind.Relative), content);
            return JsonNode.Parse(await reply.Content.ReadAsStringAsync())!;
        }

        public async Task<JsonNode> GetAsync(string path) => JsonNode.Parse(await _client.GetStringAsync(new Uri(path, UriKind.Relative)))!;

        public async ValueTask DisposeAsync()
        {
            _client.Dispose();
            await Simulator.DisposeAsync();
        }
    }
}
