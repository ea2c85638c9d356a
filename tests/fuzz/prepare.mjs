// Sets a fresh server up and prints an API key of the administrator, then the ids that the run must not touch.
const base = process.env.FLYWHEEL_URL + '/api/v1';
async function call(method, path, body, token) {
  const response = await fetch(base + path, {
    method,
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text ? JSON.parse(text) : null;
}
const { access_token: token, me } = await call('POST', '/setup', { organisation: '飞轮测试', name: '管理员', email: 'admin@example.com', password: 'Correct-Horse-9-Battery' });
const customer = await call('POST', '/customers', { name: '张江精密仪器有限公司' }, token);
await call('POST', '/contacts', { name: '张伟', customer_id: customer.id }, token);
const key = await call('POST', '/api_keys', { name: 'fuzz' }, token);
console.log(key.key, key.id, me.id);
