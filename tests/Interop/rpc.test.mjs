// The edge, called by clients that we did not write: @grpc/grpc-js with server reflection, connect-node in its three
// protocols, connect-web in a real Chromium, and curl.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { createServer } from "node:http";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import * as grpc from "@grpc/grpc-js";
import protoLoader from "@grpc/proto-loader";
import reflection from "grpc-js-reflection-client";
import { createFileRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import { readFileSync } from "node:fs";
import esbuild from "esbuild";
import { chromium } from "playwright-core";

const here = dirname(fileURLToPath(import.meta.url));
const tests = join(here, "..");
const host = join(tests, "EchoHost/bin/Release/net10.0/Busker.EchoHost.dll");
const protoset = join(tests, "EchoHost/obj/busker.protoset");
const contract = join(tests, "../src/Protos/obj/busker.protoset");
const key = "key-all";
const curl = promisify(execFile);

let edge, urls, page;

before(async () => {
  page = createServer((_, response) => response.setHeader("content-type", "text/html").end("<!doctype html><title>page</title>"));
  await new Promise((done) => page.listen(0, "127.0.0.1", done));
  const origin = `http://127.0.0.1:${page.address().port}`;
  edge = spawn("dotnet", [host], { stdio: ["pipe", "pipe", "inherit"], env: { ...process.env, ECHO_ORIGIN: origin } });
  urls = await new Promise((done, fail) => {
    let text = "";
    edge.stdout.on("data", (d) => { text += d; if (text.includes("\n")) done(JSON.parse(text)); });
    edge.on("exit", (code) => fail(new Error(`the echo host left with ${code}`)));
  });
});

after(async () => {
  edge?.removeAllListeners("exit");
  const gone = new Promise((done) => edge.on("exit", done));
  edge?.stdin.end();
  page?.close();
  await gone;
});

const registry = () => createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(protoset)));
const Echo = () => registry().getService("echo.v1.Echo");
const auth = (next) => (request) => { request.header.set("authorization", `Bearer ${key}`); return next(request); };

function grpcClient() {
  const load = (file) => grpc.loadPackageDefinition(protoLoader.loadFileDescriptorSetFromBuffer(readFileSync(file),
    { keepCase: false, longs: String, enums: String, defaults: true }));
  const address = new URL(urls.http2).host;
  return {
    echo: new (load(protoset).echo.v1.Echo)(address, grpc.credentials.createInsecure()),
    health: new (load(contract).grpc.health.v1.Health)(address, grpc.credentials.createInsecure()),
  };
}

function metadata() {
  const m = new grpc.Metadata();
  m.set("authorization", `Bearer ${key}`);
  return m;
}

const unary = (client, method, request, options = {}) => new Promise((done, fail) =>
  client[method](request, metadata(), options, (error, answer) => (error ? fail(error) : done(answer))));

test("grpc-js: unary, large enough to be compressed, and back", async () => {
  const { echo } = grpcClient();
  assert.equal((await unary(echo, "say", { text: "hello" })).text, "hello");
  const long = "ä".repeat(10_000);
  assert.equal((await unary(echo, "say", { text: long })).text, long);
  echo.close();
});

test("grpc-js: gzip requests", async () => {
  const loaded = protoLoader.loadFileDescriptorSetFromBuffer(readFileSync(protoset), {});
  const pkg = grpc.loadPackageDefinition(loaded);
  const echo = new (pkg.echo.v1.Echo)(new URL(urls.http2).host, grpc.credentials.createInsecure(), { "grpc.default_compression_algorithm": 2 });
  assert.equal((await unary(echo, "say", { text: "z".repeat(9000) })).text.length, 9000);
  echo.close();
});

test("grpc-js: a fault arrives with code, message and details", async () => {
  const { echo } = grpcClient();
  const error = await unary(echo, "fail", { code: 9, reason: "NOT_NOW", message: "später", retry_after_ms: 200 }).catch((e) => e);
  assert.equal(error.code, grpc.status.FAILED_PRECONDITION);
  assert.equal(error.details, "später");
  assert.ok(error.metadata.get("grpc-status-details-bin")[0].includes("NOT_NOW"));
  echo.close();
});

test("grpc-js: a stream, its end, and a deadline within it", async () => {
  const { echo } = grpcClient();
  const read = (request, options) => new Promise((done) => {
    const seen = [];
    echo.repeat(request, metadata(), options).on("data", (m) => seen.push(m.index)).on("error", () => {})
      .on("status", (s) => done({ seen, code: s.code }));
  });
  assert.deepEqual(await read({ text: "x", times: 3 }, {}), { seen: [0, 1, 2], code: 0 });
  assert.deepEqual(await read({ text: "x", times: 2, fail_reason: "ENOUGH" }, {}), { seen: [0, 1], code: grpc.status.ABORTED });
  const late = await read({ text: "x", times: 100, delay_ms: 100 }, { deadline: Date.now() + 350 });
  assert.equal(late.code, grpc.status.DEADLINE_EXCEEDED);
  echo.close();
});

test("grpc-js: an unknown method is UNIMPLEMENTED, no key is UNAUTHENTICATED", async () => {
  const { echo } = grpcClient();
  const code = await new Promise((done) => echo.makeUnaryRequest("/echo.v1.Echo/Nothing", (b) => b, (b) => b, Buffer.alloc(0), (e) => done(e.code)));
  assert.equal(code, grpc.status.UNIMPLEMENTED);
  assert.equal(await new Promise((done) => echo.say({}, (e) => done(e.code))), grpc.status.UNAUTHENTICATED);
  echo.close();
});

test("grpc-js-reflection-client: lists services and describes one", async () => {
  const client = new reflection.GrpcReflection(new URL(urls.http2).host, grpc.ChannelCredentials.createInsecure());
  assert.ok((await client.listServices()).includes("echo.v1.Echo"));
  const methods = await client.listMethods("echo.v1.Echo");
  assert.ok(methods.some((m) => m.name === "Say"));
});

test("grpc health: Check, List and Watch", async () => {
  const { health } = grpcClient();
  const call = (m, r) => new Promise((done, fail) => health[m](r, (e, a) => (e ? fail(e) : done(a))));
  assert.equal((await call("check", { service: "echo.v1.Echo" })).status, "SERVING");
  assert.match(JSON.stringify((await call("list", {})).statuses), /"echo.v1.Echo"/);
  assert.equal((await call("check", { service: "nobody" }).catch((e) => e)).code, grpc.status.NOT_FOUND);
  const watch = health.watch({ service: "" });
  assert.equal((await new Promise((done) => watch.once("data", done))).status, "SERVING");
  watch.on("error", () => {});
  watch.cancel();
  health.close();
});

test("grpc-js: metadata goes in, headers and trailers come out, text and bytes", async () => {
  const { echo } = grpcClient();
  const sent = metadata();
  sent.set("x-greeting", "hello");
  sent.set("x-blob-bin", Buffer.from([1, 2, 250]));
  for (const start of [() => echo.say({ text: "x" }, sent, () => {}), () => echo.repeat({ text: "x", times: 2 }, sent).on("data", () => {})]) {
    const call = start();
    const header = await new Promise((done) => call.on("metadata", done));
    const status = await new Promise((done) => call.on("status", done));
    assert.deepEqual(header.get("x-greeting-back"), ["HELLO"]);
    assert.deepEqual(status.metadata.get("x-farewell").flatMap((v) => v.split(", ")), ["first", "last"]);
    assert.deepEqual([...status.metadata.get("x-blob-back-bin")[0]], [250, 2, 1]);
  }
  echo.close();
});

const transports = {
  "connect over HTTP/1.1, JSON": () => createConnectTransport({ baseUrl: urls.http1, httpVersion: "1.1", useBinaryFormat: false, interceptors: [auth] }),
  "connect over HTTP/1.1, binary, GET": () => createConnectTransport({ baseUrl: urls.http1, httpVersion: "1.1", useBinaryFormat: true, useHttpGet: true, interceptors: [auth] }),
  "connect over h2c": () => createConnectTransport({ baseUrl: urls.http2, httpVersion: "2", useBinaryFormat: true, interceptors: [auth] }),
  "grpc over h2c": () => createGrpcTransport({ baseUrl: urls.http2, interceptors: [auth] }),
  "grpc over TLS": () => createGrpcTransport({ baseUrl: urls.tls, nodeOptions: { rejectUnauthorized: false }, interceptors: [auth] }),
  "grpc over h2c, JSON": () => createGrpcTransport({ baseUrl: urls.http2, useBinaryFormat: false, interceptors: [auth] }),
  "grpc-web over HTTP/1.1": () => createGrpcWebTransport({ baseUrl: urls.http1, httpVersion: "1.1", interceptors: [auth] }),
  "grpc-web over h2c": () => createGrpcWebTransport({ baseUrl: urls.http2, httpVersion: "2", interceptors: [auth] }),
};

for (const [name, open] of Object.entries(transports)) {
  test(`connect-node: ${name}`, async () => {
    const client = createClient(Echo(), open());
    assert.equal((await client.say({ text: "grüß dich" })).text, "grüß dich");
    const long = name.endsWith("GET") ? 2_000 : 20_000; // a URL has a limit of its own
    assert.equal((await client.say({ text: "y".repeat(long) })).text.length, long);

    const seen = [];
    for await (const m of client.repeat({ text: "x", times: 4 })) seen.push(m.index);
    assert.deepEqual(seen, [0, 1, 2, 3]);

    const error = await client.fail({ code: 5, reason: "GONE", message: "nicht da", field: "text" }).catch((e) => e);
    assert.ok(error instanceof ConnectError);
    assert.equal(error.code, Code.NotFound);
    assert.equal(error.rawMessage, "nicht da");
    assert.deepEqual(error.findDetails(ErrorInfo()).map((d) => d.reason), ["GONE"]);

    const broken = [];
    const end = await (async () => { for await (const m of client.repeat({ text: "x", times: 2, failReason: "ENOUGH" })) broken.push(m.index); })().catch((e) => e);
    assert.deepEqual([broken, end.code], [[0, 1], Code.Aborted]);

    const late = await client.say({ text: "z", delayMs: 20_000 }, { timeoutMs: 100 }).catch((e) => e);
    assert.equal(late.code, Code.DeadlineExceeded);

    const large = await client.fail({ code: 5, message: "z".repeat(100_000) }).catch((e) => e);
    assert.equal(large.code, Code.ResourceExhausted);

    for (const ask of [(o) => client.say({ text: "x" }, o), async (o) => { for await (const _ of client.repeat({ text: "x", times: 2 }, o)); }]) {
      let header, trailer;
      await ask({ headers: { "x-greeting": "hello" }, onHeader: (h) => { header = h; }, onTrailer: (t) => { trailer = t; } });
      assert.equal(header.get("x-greeting-back"), "HELLO");
      assert.equal(trailer.get("x-farewell"), "first, last");
    }
  });
}

const ErrorInfo = () => createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(contract))).getMessage("google.rpc.ErrorInfo");

test("curl: JSON in, JSON out, and an error one can read", async () => {
  const call = (method, body) => curl("curl", ["-s", "-w", "\n%{http_code}", "-H", "content-type: application/json", "-H",
    `authorization: Bearer ${key}`, "-d", body, `${urls.http1.replace(/\/$/, "")}/echo.v1.Echo/${method}`]);
  assert.deepEqual((await call("Say", '{"text":"hi"}')).stdout.split("\n"), ['{"text":"hi"}', "200"]);
  const [text, status] = (await call("Say", '{"txt":"hi"}')).stdout.split("\n");
  assert.equal(status, "400");
  const error = JSON.parse(text);
  assert.equal(error.code, "invalid_argument");
  assert.match(error.message, /txt/);
});

test("connect-web in Chromium: Connect and gRPC-Web, unary and streaming, across origins", async () => {
  const folder = mkdtempSync(join(tmpdir(), "busker-web-"));
  const browser = await chromium.launch({
    executablePath: process.env.BUSKER_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
  });
  try {
    writeFileSync(join(folder, "entry.mjs"), `
      import { createFileRegistry, fromBinary } from "@bufbuild/protobuf";
      import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
      import { createClient } from "@connectrpc/connect";
      import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";
      globalThis.run = async (url, key, set, web) => {
        const bytes = Uint8Array.from(atob(set), (c) => c.charCodeAt(0));
        const service = createFileRegistry(fromBinary(FileDescriptorSetSchema, bytes)).getService("echo.v1.Echo");
        const auth = (next) => (r) => { r.header.set("authorization", "Bearer " + key); return next(r); };
        const open = web ? createGrpcWebTransport : createConnectTransport;
        const client = createClient(service, open({ baseUrl: url, interceptors: [auth] }));
        const seen = [];
        for await (const m of client.repeat({ text: "x", times: 3 })) seen.push(m.index);
        const error = await client.fail({ code: 7, reason: "NO", message: "nein" }).catch((e) => e);
        return { said: (await client.say({ text: "hi" })).text, seen, code: error.code, message: error.rawMessage };
      };`);
    await esbuild.build({ entryPoints: [join(folder, "entry.mjs")], bundle: true, format: "iife", outfile: join(folder, "out.js"), nodePaths: [join(here, "node_modules")] });
    const tab = await browser.newPage();
    await tab.goto(`http://127.0.0.1:${page.address().port}/`);
    await tab.addScriptTag({ path: join(folder, "out.js") });
    for (const web of [false, true]) {
      const result = await tab.evaluate(([url, k, set, w]) => globalThis.run(url, k, set, w), [urls.http1, key, readFileSync(protoset).toString("base64"), web]);
      assert.deepEqual(result, { said: "hi", seen: [0, 1, 2], code: Code.PermissionDenied, message: "nein" });
    }
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true });
  }
});
