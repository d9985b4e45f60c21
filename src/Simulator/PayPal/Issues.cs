namespace Busker.Simulator.PayPal;

/// <summary>What PayPal calls each thing that can be wrong. Any of them can be asked for with the header PayPal-Mock-Response.</summary>
internal static class Issues
{
    private static readonly Dictionary<string, (int Status, string Description)> Table = new()
    {
        ["MALFORMED_REQUEST_JSON"] = (400, "The request JSON is not well formed."),
        ["MALFORMED_REQUEST"] = (400, "The request is not well formed."),
        ["MISSING_REQUIRED_PARAMETER"] = (400, "A required field / parameter is missing."),
        ["INVALID_PARAMETER_VALUE"] = (400, "The value of a field is invalid."),
        ["INVALID_PARAMETER_SYNTAX"] = (400, "The value of a field does not conform to the expected format."),
        ["INVALID_STRING_LENGTH"] = (400, "The value of a field is either too short or too long."),
        ["INVALID_ARRAY_MIN_ITEMS"] = (400, "The number of items in an array parameter is too small."),
        ["INVALID_ARRAY_MAX_ITEMS"] = (400, "The number of items in an array parameter is too large."),
        ["PAYPAL_REQUEST_ID_REQUIRED"] = (400, "A PayPal-Request-Id is required if you are trying to process payment for an Order. Please specify a PayPal-Request-Id or Create the Order without a 'payment_source' specified."),
        ["PERMISSION_DENIED"] = (403, "You do not have permission to access or perform operations on this resource."),
        ["INVALID_RESOURCE_ID"] = (404, "Specified resource ID does not exist. Please check the resource ID and try again."),
        ["PREVIOUS_REQUEST_IN_PROGRESS"] = (409, "A previous request on this resource is currently in progress. Please wait for sometime and try again. It is best to space out the initial and the subsequent request(s) to avoid receiving this error."),

        ["AMOUNT_MISMATCH"] = (422, "Should equal item_total + tax_total + shipping + handling + insurance - shipping_discount - discount."),
        ["ITEM_TOTAL_MISMATCH"] = (422, "Should equal sum of (unit_amount * quantity) across all items for a given purchase_unit"),
        ["ITEM_TOTAL_REQUIRED"] = (422, "If item details are specified (items.unit_amount and items.quantity) corresponding amount.breakdown.item_total is required."),
        ["TAX_TOTAL_MISMATCH"] = (422, "Should equal sum of (tax * quantity) across all items for a given purchase_unit"),
        ["TAX_TOTAL_REQUIRED"] = (422, "If item details are specified (items.tax_total and items.quantity) corresponding amount.breakdown.tax_total is required."),
        ["CANNOT_BE_ZERO_OR_NEGATIVE"] = (422, "Must be greater than zero."),
        ["CANNOT_BE_NEGATIVE"] = (422, "Must be greater than or equal to zero."),
        ["DECIMAL_PRECISION"] = (422, "If the currency supports decimals, only two decimal place precision is supported."),
        ["MAX_VALUE_EXCEEDED"] = (422, "Should be less than or equal to 9999999.99."),
        ["INVALID_CURRENCY_CODE"] = (422, "Currency code is invalid or is not currently supported."),
        ["MULTI_CURRENCY_ORDER"] = (422, "Multiple differing values of currency_code are not supported. Entire Order request must have the same currency_code."),
        ["DUPLICATE_REFERENCE_ID"] = (422, "`reference_id` must be unique if multiple `purchase_unit` are provided."),
        ["REFERENCE_ID_REQUIRED"] = (422, "`reference_id` is required for each `purchase_unit` if multiple `purchase_unit` are provided."),
        ["UNSUPPORTED_INTENT"] = (422, "`intent=AUTHORIZE` is not supported for multiple purchase units. Only `intent=CAPTURE` is supported."),
        ["CARD_EXPIRED"] = (422, "The card is expired."),
        ["VALIDATION_ERROR"] = (422, "Invalid card number."),
        ["TOKEN_ID_NOT_FOUND"] = (422, "The specified token does not exist."),

        ["ORDER_NOT_APPROVED"] = (422, "Payer has not yet approved the Order for payment. Please redirect the payer to the 'rel':'approve' url returned as part of the HATEOAS links within the Create Order call or provide a valid payment_source in the request."),
        ["ORDER_ALREADY_CAPTURED"] = (422, "Order already captured. If 'intent=CAPTURE' only one capture per order is allowed."),
        ["ORDER_ALREADY_AUTHORIZED"] = (422, "Order already authorized. If 'intent=AUTHORIZE' only one authorization per order is allowed."),
        ["ORDER_ALREADY_COMPLETED"] = (422, "The order cannot be patched after it is completed."),
        ["ORDER_COMPLETED_OR_VOIDED"] = (422, "Order is voided or completed and hence cannot be authorized."),
        ["ORDER_EXPIRED"] = (422, "The order is expired."),
        ["ACTION_DOES_NOT_MATCH_INTENT"] = (422, "Order was created with an intent that does not allow this action. Create an order with the other intent, or call the action of this one."),
        ["PAYER_ACTION_REQUIRED"] = (422, "Payer needs to perform the following action before proceeding with payment."),
        ["PAYMENT_SOURCE_CANNOT_BE_USED"] = (422, "The provided payment source cannot be used to pay for the order."),
        ["INSTRUMENT_DECLINED"] = (422, "The instrument presented was either declined by the processor or bank, or it can't be used for this payment."),
        ["TRANSACTION_REFUSED"] = (422, "The request was refused."),
        ["PAYER_CANNOT_PAY"] = (422, "Payer cannot pay for this transaction."),
        ["PAYER_ACCOUNT_RESTRICTED"] = (422, "Payer account is restricted."),
        ["PAYER_ACCOUNT_LOCKED_OR_CLOSED"] = (422, "The payer account cannot be used for this transaction."),
        ["PAYEE_ACCOUNT_RESTRICTED"] = (422, "The merchant account is restricted."),
        ["PAYEE_ACCOUNT_LOCKED_OR_CLOSED"] = (422, "The merchant account is locked or closed."),
        ["COMPLIANCE_VIOLATION"] = (422, "Transaction cannot be processed due to a possible compliance violation."),
        ["MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED"] = (422, "You have exceeded the maximum number of payment attempts."),
        ["DUPLICATE_INVOICE_ID"] = (422, "Duplicate Invoice ID detected. To avoid a potential duplicate transaction your account setting requires that Invoice Id be unique for each transaction."),

        ["INVALID_JSON_POINTER_FORMAT"] = (422, "Path should be a valid JSON Pointer that references a location within the request where the operation is performed."),
        ["INVALID_PATCH_OPERATION"] = (422, "The operation cannot be honored. Cannot add a property that's already present, use replace. Cannot remove a property that's not present, use add. Cannot replace a property that's not present, use add."),
        ["NOT_PATCHABLE"] = (422, "Cannot be patched."),
        ["PATCH_VALUE_REQUIRED"] = (422, "Please specify a 'value' to for the field that is being patched."),
        ["REFERENCE_ID_NOT_FOUND"] = (422, "Filter expression value is incorrect. Please check the value of the reference_id and try again."),

        ["MAX_CAPTURE_AMOUNT_EXCEEDED"] = (422, "Capture amount exceeds allowable limit. Please contact customer service or your account manager to request the change to your overage limit. The default overage limit is 115%, which allows the sum of all captures to be up to 115% of the order amount."),
        ["AUTHORIZATION_ALREADY_CAPTURED"] = (422, "Authorization has already been captured. If final_capture is set to to true, additional captures are not possible against the authorization."),
        ["AUTHORIZATION_VOIDED"] = (422, "A voided authorization cannot be captured or reauthorized."),
        ["AUTHORIZATION_EXPIRED"] = (422, "An expired authorization cannot be captured."),
        ["AUTHORIZATION_DENIED"] = (422, "A denied authorization cannot be captured."),
        ["AUTH_CAPTURE_CURRENCY_MISMATCH"] = (422, "Currency of capture must be the same as currency of authorization."),
        ["AUTH_CURRENCY_MISMATCH"] = (422, "The currency specified during reauthorization should be the same as the currency specified in the original authorization. Please check the currency of the authorization for which you are trying to reauthorize and try again."),
        ["CANNOT_BE_VOIDED"] = (422, "A reauthorization cannot be voided. Please void the original parent authorization."),
        ["PREVIOUSLY_VOIDED"] = (422, "Authorization has been previously voided and hence cannot be voided again."),
        ["PREVIOUSLY_CAPTURED"] = (422, "Authorization has been previously captured and hence cannot be voided."),
        ["REAUTHORIZATION_TOO_SOON"] = (422, "A reauthorization is only allowed once from Day 4 to Day 29 since the date of the original authorization."),
        ["REAUTHORIZATION_NOT_SUPPORTED"] = (422, "A reauthorize cannot be attempted on an authorization_id that is the result of a prior reauthorization."),
        ["MAX_NUMBER_OF_REAUTHORIZATION_ALLOWED_EXCEEDED"] = (422, "Maximum number of reauthorizations allowed for the authorization is reached."),
        ["MAX_AUTHORIZATION_AMOUNT_EXCEEDED"] = (422, "The currency of the authorization should be same as that in which the Order was created and the amount at most 115% of it."),

        ["REFUND_AMOUNT_EXCEEDED"] = (422, "The refund amount must be less than or equal to the capture amount that has not yet been refunded."),
        ["CAPTURE_FULLY_REFUNDED"] = (422, "The capture has already been fully refunded."),
        ["REFUND_CAPTURE_CURRENCY_MISMATCH"] = (422, "Refund must be in the same currency as the capture."),
        ["REFUND_TIME_LIMIT_EXCEEDED"] = (422, "You are over the time limit to perform a refund on this capture."),
        ["REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK"] = (422, "Refunds not allowed on this capture due to a chargeback on the card or bank. Please contact the payee to resolve the chargeback."),
        ["CAPTURE_DISPUTED_PARTIAL_REFUND_NOT_ALLOWED"] = (422, "Refund for an amount less than the remaining transaction amount cannot be processed at this time because of an open dispute on the capture. Please visit the PayPal Resolution Center to view the details."),
        ["PENDING_CAPTURE"] = (422, "Cannot initiate a refund as the capture is pending."),
        ["CAPTURE_STATUS_NOT_VALID"] = (422, "The capture is not in a status that can be refunded."),

        ["SETUP_TOKEN_ALREADY_TOKENIZED"] = (422, "The setup token has been used previously to generate a payment token."),
        ["SETUP_TOKEN_NOT_TOKENIZED"] = (422, "The payment source represented by this setup token is not vaulted."),

        ["ACTION_NOT_ALLOWED_IN_CURRENT_DISPUTE_STATE"] = (422, "The requested action is not allowed in the current state of the dispute."),
        ["INVALID_EVIDENCE_TYPE"] = (422, "The evidence type is not known, or lacks what it needs."),
        ["INVALID_EVIDENCE_FILE"] = (422, "Documents are JPG, JPEG, GIF, PNG, PDF or TXT files of at most 10 MB each and 50 MB together."),
        ["INVALID_REFUND_AMOUNT"] = (422, "The refund amount is greater than the disputed amount."),
        ["CURRENCY_MISMATCH"] = (422, "The currency must be that of the disputed amount."),

        ["WEBHOOK_URL_ALREADY_EXISTS"] = (400, "Webhook URL already exists."),
        ["WEBHOOK_NUMBER_LIMIT_EXCEEDED"] = (400, "Number of webhooks exceeds the limit of ten."),
        ["INVALID_EVENT_TYPE"] = (400, "The event type is not known."),
    };

    public static (int Status, string Description)? Find(string issue) => Table.TryGetValue(issue, out var known) ? known : null;

    /// <summary>Name and message of the errors of one status.</summary>
    public static (string Name, string Message) Family(int status) => status switch
    {
        400 => ("INVALID_REQUEST", "Request is not well-formed, syntactically incorrect, or violates schema."),
        401 => ("AUTHENTICATION_FAILURE", "Authentication failed due to invalid authentication credentials or a missing Authorization header."),
        403 => ("NOT_AUTHORIZED", "Authorization failed due to insufficient permissions."),
        404 => ("RESOURCE_NOT_FOUND", "The specified resource does not exist."),
        409 => ("RESOURCE_CONFLICT", "The server has detected a conflict while processing this request."),
        422 => ("UNPROCESSABLE_ENTITY", "The requested action could not be performed, semantically incorrect, or failed business validation."),
        429 => ("RATE_LIMIT_REACHED", "Too many requests. Blocked due to rate limiting."),
        503 => ("SERVICE_UNAVAILABLE", "Service Unavailable."),
        _ => ("INTERNAL_SERVER_ERROR", "An internal server error has occurred."),
    };
}
