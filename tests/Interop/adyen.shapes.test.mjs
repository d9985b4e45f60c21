// Every answer and notification of the Adyen simulator is compiled against the library's own type definitions, and the fields that
// the simulator accepts are those that the library would send.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { adyenSandbox, card, merchantAccount } from './simulator.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const typings = '@adyen/api-library/lib/src/typings';
let box;

before(async () => { box = await adyenSandbox(); });
after(() => box.stop());

const ask = async (method, path, body) => (await fetch(box.base + path, {
  method, body: body && JSON.stringify(body), headers: { 'x-api-key': box.apiKey, 'content-type': 'application/json' },
})).json();
const eur = (value) => ({ amount: { value, currency: 'EUR' } });

async function samples() {
  const order = { merchantAccount, ...eur(1099), reference: 'o', returnUrl: 'https://example.com', paymentMethod: card };
  const pay = (more) => ask('POST', '/v71/payments', { ...order, ...more });
  const paid = await pay({ shopperReference: 's', storePaymentMethod: true, recurringProcessingModel: 'CardOnFile' });
  const held = await pay({ additionalData: { manualCapture: 'true' } });
  const other = await pay({ additionalData: { manualCapture: 'true' } });
  const away = await pay({ paymentMethod: { ...card, number: '4212345678901237' } });
  await fetch(`${box.base}${new URL(away.action.url).pathname}/yes`, { redirect: 'manual' }).then(async (back) => { away.result = new URL(back.headers.get('location')).searchParams.get('redirectResult'); });
  const details = await ask('POST', '/v71/payments/details', { details: { redirectResult: away.result } });
  const identify = await pay({ paymentMethod: { ...card, number: '5454545454545454' }, authenticationData: { threeDSRequestData: { nativeThreeDS: 'preferred' } } });
  const challenge = await ask('POST', '/v71/payments/details', { paymentData: identify.action.paymentData, details: { 'threeds2.fingerprint': Buffer.from('{"threeDSCompInd":"Y"}').toString('base64') } });
  const calm = await pay({ paymentMethod: { ...card, number: '5201281505129736' }, authenticationData: { threeDSRequestData: { nativeThreeDS: 'preferred' } } });
  const unasked = await ask('POST', '/v71/payments/details', { paymentData: calm.action.paymentData, details: { 'threeds2.fingerprint': Buffer.from('{"threeDSCompInd":"Y"}').toString('base64') } });
  assert.equal(unasked.resultCode, 'Authorised');
  const ideal = await pay({ paymentMethod: { type: 'ideal' } });
  const disputed = await pay({ paymentMethod: { ...card, holderName: 'Chargeback:13.1' } });
  const change = (psp, kind, more) => ask('POST', `/v71/payments/${psp}/${kind}`, { merchantAccount, ...more });
  const changes = [
    ['checkout', 'PaymentAmountUpdateResponse', await change(held.pspReference, 'amountUpdates', { ...eur(1200), reference: 'a', industryUsage: 'delayedCharge' })],
    ['checkout', 'PaymentCaptureResponse', await change(held.pspReference, 'captures', { ...eur(1000), reference: 'c' })],
    ['checkout', 'PaymentCancelResponse', await change(other.pspReference, 'cancels', { reference: 'x' })],
    ['checkout', 'PaymentRefundResponse', await change(paid.pspReference, 'refunds', { ...eur(10), reference: 'r' })],
    ['checkout', 'PaymentReversalResponse', await change(disputed.pspReference, 'reversals', { reference: 'v' })],
    ['checkout', 'StandalonePaymentCancelResponse', await ask('POST', '/v71/cancels', { merchantAccount, paymentReference: 'none', reference: 't' })],
  ];
  await box.advance('3d');
  await box.settle();
  const service = (name, more) => ask('POST', `/ca/services/DisputeService/v30/${name}`, { merchantAccountCode: merchantAccount, disputePspReference: box.told('CHARGEBACK', disputed.pspReference)?.pspReference ?? 'X', ...more });
  const { result, ...shopper } = away;
  return [
    ['checkout', 'PaymentResponse', paid], ['checkout', 'PaymentResponse', shopper], ['checkout', 'PaymentDetailsResponse', details],
    ['checkout', 'PaymentResponse', identify], ['checkout', 'PaymentDetailsResponse', challenge], ['checkout', 'PaymentDetailsResponse', unasked], ['checkout', 'PaymentResponse', ideal],
    ['checkout', 'PaymentResponse', await pay({ paymentMethod: { ...card, holderName: 'DECLINED' } })], ...changes,
    ['checkout', 'ListStoredPaymentMethodsResponse', await ask('GET', `/v71/storedPaymentMethods?shopperReference=s&merchantAccount=${merchantAccount}`)],
    ['checkout', 'StoredPaymentMethodResource', await ask('POST', '/v71/storedPaymentMethods', { merchantAccount, shopperReference: 's', recurringProcessingModel: 'CardOnFile', paymentMethod: { type: 'scheme', number: card.number, expiryMonth: '03', expiryYear: '2030' } })],
    ['checkout', 'ServiceError', await pay({ merchantAccount: 'Another' })],
    ['disputes', 'DefenseReasonsResponse', await service('retrieveApplicableDefenseReasons')],
    ['disputes', 'SupplyDefenseDocumentResponse', await service('supplyDefenseDocument', { defenseDocuments: [] })],
    ['disputes', 'DeleteDefenseDocumentResponse', await service('deleteDisputeDefenseDocument', { defenseDocumentType: 'DefenseMaterial' })],
    ['disputes', 'DefendDisputeResponse', await service('defendDispute', { defenseReasonCode: 'SupplyDefenseMaterial' })],
    ['disputes', 'AcceptDisputeResponse', await service('acceptDispute')],
    ['management', 'Webhook', await ask('POST', `/v3/merchants/${merchantAccount}/webhooks`, { type: 'standard', url: 'http://127.0.0.1:9/', active: false, communicationFormat: 'json' })],
    ['management', 'GenerateHmacKeyResponse', await ask('POST', `/v3/merchants/${merchantAccount}/webhooks/${box.made.id}/generateHmac`)],
    ...box.items().map((item) => ['notification', 'NotificationRequestItem', item]),
  ];
}

test('every answer and every notification compiles against the types of the library', async () => {
  const all = await samples();
  assert.ok(new Set(all.filter(([, type]) => type === 'NotificationRequestItem').map(([,, item]) => item.eventCode)).size >= 9);
  const source = [
    ...['checkout', 'disputes', 'management', 'notification'].map((area) => `import type * as ${area} from '${typings}/${area}/models';`),
    '// What is an enumeration in TypeScript is its words on the wire, and a date is text.',
    'type Wire<T> = T extends Date ? string : T extends string ? `${T}` : T extends Array<infer U> ? Wire<U>[] : T extends object ? { [K in keyof T]: Wire<T[K]> } : T;',
    ...all.map(([area, type, value], i) => `export const sample${i}: Wire<${area}.${type}> = ${JSON.stringify(value, null, 1)};`),
  ].join('\n');
  const name = `${here}adyen.shapes.generated.ts`;
  const options = { strict: true, noEmit: true, skipLibCheck: true, target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS, moduleResolution: ts.ModuleResolutionKind.Node10, ignoreDeprecations: '6.0', types: ['node'], typeRoots: [`${here}node_modules/@types`] };
  const compiler = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = compiler;
  compiler.getSourceFile = (file, ...rest) => (file === name ? ts.createSourceFile(file, source, options.target) : getSourceFile(file, ...rest));
  compiler.fileExists = (file) => file === name || fileExists(file);
  compiler.readFile = (file) => (file === name ? source : readFile(file));
  const program = ts.createProgram([name], options, compiler);
  const problems = ts.getPreEmitDiagnostics(program).filter((d) => d.file?.fileName === name).map((d) => {
    const sample = source.slice(0, d.start).split('export const sample').length - 2;
    const { line } = d.file.getLineAndCharacterOfPosition(d.start);
    return `${all[sample]?.[1]}: line ${source.split('\n')[line].trim()}: ${ts.flattenDiagnosticMessageText(d.messageText, '\n').slice(0, 400)}`;
  });
  assert.deepEqual(problems, []);
});

test('the fields that requests may have are the library\'s', () => {
  const models = Object.assign({}, ...['management', 'disputes', 'checkout'].map((area) => createRequire(import.meta.url)(`${typings}/${area}/models`)));
  const known = JSON.parse(readFileSync(fileURLToPath(new URL('../../src/Simulator/Adyen/structures.json', import.meta.url)), 'utf8'));
  for (const [name, fields] of Object.entries(known)) assert.equal(fields, models[name].getAttributeTypeMap().map((a) => a.baseName).sort().join(' '), name);
});

test('an unknown field is refused in Adyen\'s words, also inside', async () => {
  const order = { merchantAccount, ...eur(1), reference: 'o', returnUrl: 'https://example.com', paymentMethod: card };
  for (const [body, structure, field] of [[{ ...order, colour: 1 }, 'PaymentRequest', 'colour'], [{ ...order, paymentMethod: { ...card, pan: '4' } }, 'CardDetails', 'pan'], [{ ...order, amount: { value: 1, currency: 'EUR', vat: 2 } }, 'Amount', 'vat']]) {
    const error = await ask('POST', '/v71/payments', body);
    assert.deepEqual([error.status, error.errorCode, error.message], [400, '702', `Structure of ${structure} contains the following unknown fields: [${field}]`]);
  }
});
