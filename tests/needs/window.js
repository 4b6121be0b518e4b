// A page of a window made in the browser from a form's schema alone. It knows JSON Schema and nothing of any platform
// or item: what has become required is shown and asked for, what a choice rules out cannot be chosen any more.
"use strict";
const schema = JSON.parse(document.getElementById("schema").textContent);
const form = document.getElementById("window");
const at = (part) => (part.$ref ? part.$ref.slice(2).split("/").reduce((held, step) => held[step], schema) : part);

// ---- the words of JSON Schema that forms are made of
function holds(part, value) {
  if (part === true || part === false) return part;
  part = part.$ref ? { ...at(part), ...part, $ref: undefined } : part;
  const object = value !== null && typeof value === "object" && !Array.isArray(value);
  const list = Array.isArray(value), text = typeof value === "string";
  return (part.const === undefined || part.const === value)
    && (!part.enum || part.enum.includes(value))
    && (!part.required || !object || part.required.every((name) => name in value))
    && (!part.properties || !object || Object.entries(part.properties).every(([name, each]) => !(name in value) || holds(each, value[name])))
    && (!part.items || !list || value.every((each) => holds(part.items, each)))
    && (!part.contains || !list || value.some((each) => holds(part.contains, each)))
    && (part.minItems === undefined || !list || value.length >= part.minItems)
    && (!part.pattern || !text || new RegExp(part.pattern, "u").test(value))
    && (part.minLength === undefined || !text || [...value].length >= part.minLength)
    && (part.maxLength === undefined || !text || [...value].length <= part.maxLength)
    && (!part.allOf || part.allOf.every((each) => holds(each, value)))
    && (!part.anyOf || part.anyOf.some((each) => holds(each, value)))
    && (!part.oneOf || part.oneOf.filter((each) => holds(each, value)).length === 1)
    && (part.not === undefined || !holds(part.not, value))
    && (part.if === undefined || holds(holds(part.if, value) ? part.then ?? true : part.else ?? true, value));
}

// Every part of the schema that speaks of a value, with the value's place: `meet` is told each.
function walk(part, value, path, meet) {
  if (part === true || part === false || value === undefined) return;
  part = part.$ref ? { ...at(part), ...part, $ref: undefined } : part;
  meet(part, value, path);
  (part.allOf ?? []).forEach((each) => walk(each, value, path, meet));
  if (part.if !== undefined) walk(holds(part.if, value) ? part.then ?? true : part.else ?? true, value, path, meet);
  if (part.properties && typeof value === "object" && !Array.isArray(value))
    Object.entries(part.properties).forEach(([name, each]) => walk(each, value[name], `${path}.${name}`, meet));
  if (part.items && Array.isArray(value)) value.forEach((each, index) => walk(part.items, each, `${path}.${index}`, meet));
}

// ---- the controls: one for each place
function made(tag, more, ...inner) {
  const element = Object.assign(document.createElement(tag), more);
  element.append(...inner);
  return element;
}

function control(part, path, name, required) {
  part = part.$ref ? { ...at(part), ...part } : part;
  const title = part.title ?? name;
  let element;
  if (part.type === "object" && part.properties.digest) {
    element = made("label", {}, title, made("input", { type: "file" }));
  } else if (part.type === "object") {
    element = made("fieldset", {}, made("legend", {}, title));
    for (const [key, each] of Object.entries(part.properties))
      element.append(control(each, `${path}.${key}`, key, (part.required ?? []).includes(key)));
  } else if (part.type === "array") {
    element = made("fieldset", {}, made("legend", {}, title));
    const wanted = (part.allOf ?? []).filter((each) => each.contains).map((each) => each.contains);
    (wanted.length ? wanted : [{}]).forEach((each, index) => {
      const one = control(part.items, `${path}.${index}`, title, true);
      element.append(one);
      preset(one, each, `${path}.${index}`);
    });
    element.dataset.list = "1";
  } else if (part.const !== undefined) {
    element = made("input", { type: "hidden", value: part.const });
  } else if (part.enum || part.oneOf) {
    const options = part.oneOf ? part.oneOf.map((each) => [each.const, each.title]) : part.enum.map((each) => [each, each]);
    element = made("label", {}, title, made("select", {}, made("option", { value: "" }, ""),
      ...options.map(([value, text]) => made("option", { value }, text))));
  } else {
    element = made("label", {}, title, made("input", { type: part.type === "integer" ? "number" : "text" }));
  }
  element.dataset.path = path;
  element.dataset.title = title;
  if (required) element.dataset.required = "1";
  return element;
}

const place = (path) => form.querySelector(`[data-path="${CSS.escape(path)}"]`);
const entry = (element) => (element.tagName === "LABEL" ? element.lastElementChild : element);

function preset(one, part, path) {
  for (const [name, each] of Object.entries(part.properties ?? {})) {
    const found = one.querySelector(`[data-path="${CSS.escape(`${path}.${name}`)}"]`);
    const value = each.const ?? (each.enum ?? [])[0];
    if (found && value !== undefined) { entry(found).value = value; found.dataset.required = "1"; }
  }
}

// ---- what the page would post
function answer(element) {
  if (element.dataset.list) {
    const found = [...element.children].filter((each) => each.dataset.path).map(answer).filter((each) => each !== undefined);
    return found.length || element.dataset.required ? found : undefined;
  }
  if (element.tagName === "FIELDSET") {
    const parts = [...element.children].filter((each) => each.dataset.path);
    const found = parts.map((each) => [each.dataset.path.split(".").pop(), answer(each)]).filter(([, value]) => value !== undefined);
    const said = parts.some((each) => each.type !== "hidden" && answer(each) !== undefined);
    return said || element.dataset.required ? Object.fromEntries(found) : undefined;
  }
  const input = entry(element);
  if (input.type === "file") return input.file;
  if (input.value === "") return undefined;
  return input.type === "number" ? Number(input.value) : input.value;
}

async function chosen(input, count) {
  const bytes = new Uint8Array(await input.files[0].arrayBuffer());
  const digest = [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))];
  input.file = {
    id: `file-${count}`, name: input.files[0].name, media_type: input.files[0].type, size: bytes.length,
    digest: "sha-256:" + digest.map((each) => each.toString(16).padStart(2, "0")).join(""),
    content: btoa(String.fromCharCode(...bytes)),
  };
}

function refresh() {
  const document_ = answer(form.firstElementChild) ?? {};
  for (const option of form.querySelectorAll("option")) option.disabled = false;
  walk(schema, document_, "$", (part, value, path) => {
    for (const name of typeof value === "object" && !Array.isArray(value) ? part.required ?? [] : []) {
      const found = place(`${path}.${name}`);
      if (found) found.dataset.required = "1";
    }
    const among = part.const !== undefined ? [part.const] : part.enum;
    const found = among && place(path);
    if (found && entry(found).tagName === "SELECT") {
      for (const option of entry(found).options) option.disabled ||= option.value !== "" && !among.includes(option.value);
      if (entry(found).selectedOptions[0]?.disabled) entry(found).value = among[0];
    } else if (found && entry(found).type === "text" && part.const !== undefined) entry(found).value = part.const;
  });
  return document_;
}

form.append(control(schema, "$", "", true));
let files = 0;
form.addEventListener("change", async (event) => {
  if (event.target.type === "file") await chosen(event.target, ++files);
  for (let round = 0; round < 4; round++) refresh();
  form.dataset.changes = Number(form.dataset.changes ?? 0) + 1;
});
refresh();
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const sent = await fetch("/v1/preflight", {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(refresh()),
  });
  document.getElementById("answer").textContent = `${sent.status} ${await sent.text()}`;
});
