// Traces, metrics and logs, received by OTLP over HTTP and decoded from the published protocol, without a line of ours.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import protobuf from "protobufjs";

// The parts of opentelemetry/proto/{trace,metrics,logs}/v1 that are looked at; numbers as published.
const { root } = protobuf.parse(`syntax = "proto3";
  message Value { string string_value = 1; }
  message Pair { string key = 1; Value value = 2; }
  message Resource { repeated Pair attributes = 1; }
  message Span { bytes trace_id = 1; bytes span_id = 2; bytes parent_span_id = 4; string name = 5; repeated Pair attributes = 9; }
  message ScopeSpans { repeated Span spans = 2; }
  message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
  message Traces { repeated ResourceSpans resource_spans = 1; }
  message Metric { string name = 1; string unit = 3; }
  message ScopeMetrics { repeated Metric metrics = 2; }
  message ResourceMetrics { Resource resource = 1; repeated ScopeMetrics scope_metrics = 2; }
  message Metrics { repeated ResourceMetrics resource_metrics = 1; }
  message Log { fixed64 time_unix_nano = 1; int32 severity_number = 2; Value body = 5; repeated Pair attributes = 6; bytes trace_id = 9; bytes span_id = 10; }
  message ScopeLogs { repeated Log log_records = 2; }
  message ResourceLogs { Resource resource = 1; repeated ScopeLogs scope_logs = 2; }
  message Logs { repeated ResourceLogs resource_logs = 1; }`);

const here = dirname(fileURLToPath(import.meta.url));
const [spans, metrics, logs, services] = [[], [], [], new Set()];
const hex = (bytes = []) => Buffer.from(bytes).toString("hex");
const trace = "0af7651916cd43dd8448eb211c80319c";
let receiver, edge, urls;

const take = (type, body) => root.lookupType(type).toObject(root.lookupType(type).decode(body), { arrays: true });
const note = (resource) => resource.attributes.filter((a) => a.key === "service.name").forEach((a) => services.add(a.value.stringValue));
const paths = {
  "/v1/traces": (b) => take("Traces", b).resourceSpans.forEach((r) => { note(r.resource); r.scopeSpans.forEach((s) => spans.push(...s.spans)); }),
  "/v1/metrics": (b) => take("Metrics", b).resourceMetrics.forEach((r) => { note(r.resource); r.scopeMetrics.forEach((s) => metrics.push(...s.metrics)); }),
  "/v1/logs": (b) => take("Logs", b).resourceLogs.forEach((r) => { note(r.resource); r.scopeLogs.forEach((s) => logs.push(...s.logRecords)); }),
};

before(async () => {
  receiver = createServer((request, response) => {
    const chunks = [];
    request.on("data", (c) => chunks.push(c)).on("end", () => {
      const body = Buffer.concat(chunks);
      paths[request.url](request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body);
      response.setHeader("content-type", "application/x-protobuf").end();
    });
  });
  await new Promise((done) => receiver.listen(0, "127.0.0.1", done));
  edge = spawn("dotnet", [join(here, "../EchoHost/bin/Release/net10.0/Busker.EchoHost.dll")], { stdio: ["pipe", "pipe", "inherit"], env: {
    ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${receiver.address().port}`, OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf" } });
  urls = await new Promise((done) => { let text = ""; edge.stdout.on("data", (d) => { text += d; if (text.includes("\n")) done(JSON.parse(text)); }); });
});

after(() => receiver.close());

test("a call's span, its log line under the same trace, and the metrics arrive", async () => {
  const answer = await fetch(new URL("/echo.v1.Echo/Fail", urls.http1), { method: "POST", body: '{"code":13}', headers: {
    authorization: "Bearer key-all", "content-type": "application/json", traceparent: `00-${trace}-b7ad6b7169203331-01`, "x-request-id": "otlp-1" } });
  assert.equal(answer.status, 500);
  const gone = new Promise((done) => edge.on("exit", done));
  edge.stdin.end(); // what is told leaves before the host does
  await gone;

  assert.deepEqual([...services], ["busker"]);
  const span = spans.find((s) => hex(s.traceId) === trace);
  assert.equal(span.name, "/echo.v1.Echo/Fail");
  assert.equal(hex(span.parentSpanId), "b7ad6b7169203331");
  assert.equal(span.attributes.find((a) => a.key === "busker.request_id").value.stringValue, "otlp-1");
  const line = logs.find((l) => /echo\.v1\.Echo\.Fail failed; request id otlp-1/.test(l.body.stringValue));
  assert.deepEqual([hex(line.traceId), hex(line.spanId)], [trace, hex(span.spanId)]);
  assert.ok(line.severityNumber >= 17); // ERROR
  assert.equal(metrics.find((m) => m.name === "rpc.server.call.duration").unit, "s");
});
