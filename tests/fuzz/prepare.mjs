// Sets a fresh server up with one record of everything and prints four lines: an API key of the administrator, the token of a
// session, the ids that the run must not touch, and `place=id` for each record, where the place is the name in the path before `{id}`.
import { readFileSync } from 'node:fs';

const document = JSON.parse(readFileSync(new URL('../../openapi/openapi.json', import.meta.url), 'utf8'));
const base = process.env.FLYWHEEL_URL + '/api/v1';
let token;
async function call(method, path, body, type = 'application/json') {
  const response = await fetch(base + path, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': type }), ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text ? JSON.parse(text) : null;
}
const { access_token, me } = await call('POST', '/setup', { organisation: '飞轮测试', name: '管理员', email: 'admin@example.com', password: 'Correct-Horse-9-Battery' });
token = access_token;

const objects = Object.fromEntries((await call('GET', '/objects')).items.map(o => [o.key, o]));
const records = {};
const plain = {
  int: f => Math.max(f.min ?? 1, 1), number: () => 1, money: () => 1, percent: () => 1, bool: () => false, date: () => '2026-03-02',
  datetime: () => '2026-03-02T09:00:00Z', json: () => ({ all: [] }), email: () => 'somebody@example.com', phone: () => '13800138000',
  url: () => 'https://example.com', choice: f => f.choices[0].key, choices: f => [f.choices[0].key], tags: () => [],
};
async function value(field) {
  if (field.kind === 'link') return record(field.link);
  if (field.kind === 'links') return [await record(field.link)];
  return (plain[field.kind] ?? (() => '张江精密仪器'))(field);
}
// The record of an object, made with what it requires when it is first asked for.
async function record(key) {
  if (!records[key]) {
    const body = {};
    const example = document.paths[`/api/v1/${key}`].post.requestBody.content['application/json'].example ?? {};
    for (const field of objects[key].fields.filter(f => f.required && f.writable && f.default == null)) {
      body[field.key] = field.kind.startsWith('link') ? await value(field) : example[field.key] ?? await value(field);
    }
    records[key] = (await call('POST', `/${key}`, body)).id;
  }
  return records[key];
}
records.users = (await call('POST', '/users', { name: '张伟', email: 'zhang.wei@example.com' })).id;
for (const key of Object.keys(objects)) await record(key);

const about = `object=customers&record_id=${records.customers}`;
records.comments = (await call('POST', '/comments', { object: 'customers', record_id: records.customers, body: '下周三来厂' })).id;
records.attachments = (await call('POST', `/attachments?${about}&name=a.txt`, '图纸', 'application/octet-stream')).id;
records.files = (await call('POST', '/files?name=customers.csv', '客户名称,城市\n甲公司,上海\n', 'application/octet-stream')).id;
records.imports = (await call('POST', '/imports', { object: 'customers', file_id: records.files })).id;
records.exports = (await call('POST', '/exports', { object: 'customers', format: 'csv' })).id;

// The path of its explanation ends in another name.
records.rfm = records.customers;

const key = await call('POST', '/api_keys', { name: 'fuzz' });
const session = (await call('GET', '/auth/sessions')).items[0];
console.log(key.key);
console.log(token);
console.log(key.id, me.id, session.id);
console.log(Object.entries(records).map(([place, id]) => `${place}=${id}`).join(' '));
