// A SOAP server by node-soap, from any WSDL: reports each call as a line of JSON and answers as told.
//
//   node server.js SERVICE.wsdl '{"submitCase": {"return": "…"}}' /path
//
// The path chooses the port of the contract by its address. An operation without an answer, or one whose
// `licence` is "wrong", gets a fault.
const fs = require("fs");
const http = require("http");
const soap = require("soap");

const [wsdlPath, answersText, path] = process.argv.slice(2);
const wsdl = fs.readFileSync(wsdlPath, "utf8");
const answers = JSON.parse(answersText);

function fault(text) {
  throw { Fault: { faultcode: "soap:Client", faultstring: text, statusCode: 500 } };
}

function operation(name) {
  return (args) => {
    console.log(JSON.stringify({ operation: name, args }));
    if (args.licence === "wrong") fault("licence wrong");
    return answers[name] === undefined ? fault("not today") : answers[name];
  };
}

const operations = new Proxy({}, { get: (_, name) => operation(name), has: () => true });
const anything = new Proxy({}, { get: () => new Proxy({}, { get: () => operations }) });

const server = http.createServer((request, response) => response.writeHead(404).end());
server.listen(0, "127.0.0.1", () => {
  const ready = () => console.log(JSON.stringify({ port: server.address().port }));
  soap.listen(server, { path, services: anything, xml: wsdl, uri: wsdlPath, callback: ready });
});
