// Journeys of what administrators set and everybody sees: options of fields, what a stage is expected to do, percentages of a file.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { base, check, close, faces, request, until } from './browser.mjs';
import { logIn, token as logged } from './session.mjs';

let token;

before(async () => {
  token = await logged();
});
after(close);

const read = (object, id) => request('GET', `/${object}/${id}`, undefined, token);

test('an option is called something else, what records hold stays, and one that is in use cannot go', async () => {
  const choices = [{ key: '华东区', label_zh: '华东区', label_en: 'East', color: 'info' }, { key: '华南区', label_zh: '华南区', label_en: 'South' }];
  const { id: field } = await request('POST', '/custom_fields', { object: 'customers', key: 'sales_zone', kind: 'choice', label_zh: '业务大区', label_en: 'Sales zone', choices }, token);
  const { id } = await request('POST', '/customers', { name: '鼎新阀门有限公司', custom: { sales_zone: '华东区' } }, token);
  for (const face of [faces[0], faces[2]]) {
    const page = await logIn(face);
    const name = `华东大区 ${face.name}`;
    const edit = async () => {
      await page.goto(`${base}/settings/fields`);
      await page.locator('tr', { hasText: '业务大区' }).getByRole('button').first().click();
      await page.locator('[name=choice_zh]').first().waitFor();
    };
    await edit();
    await page.locator('[name=choice_zh]').first().fill(name);
    await page.locator('[name=choices]').fill(`海外 ${face.name}`);
    await check(page, 'field-options');
    await page.getByRole('button', { name: '保存' }).click();
    await page.locator('[name=choice_zh]').first().waitFor({ state: 'detached' });
    const { choices: stored } = (await request('GET', '/custom_fields', undefined, token)).items.find(f => f.id === field);
    assert.deepEqual([stored[0].key, stored[0].label_zh, stored[0].color], ['华东区', name, 'info']);
    assert.ok(stored.some(c => c.label_zh === `海外 ${face.name}`));
    await page.goto(`${base}/customers/${id}`);
    if (face.isMobile) await page.getByRole('tab', { name: '基本信息' }).click();
    await page.getByText(name).locator('visible=true').first().waitFor();
    assert.equal((await read('customers', id)).custom.sales_zone, '华东区');
    await edit();
    await page.getByRole('button', { name: `删除 ${name}` }).click();
    await page.getByRole('button', { name: '保存' }).click();
    await page.getByText('还有记录在用这些选项').waitFor();
    await page.context().close();
  }
});

test('a benchmark that is set for a stage stands in the funnel and says where it is stuck', async () => {
  const { items } = await request('GET', '/pipeline_stages?limit=50', undefined, token);
  const stage = items.find(s => s.kind === 'open');
  const page = await logIn(faces[0]);
  await page.goto(`${base}/pipeline_stages/${stage.id}`);
  await page.getByRole('button', { name: '编辑', exact: true }).first().click();
  await page.locator('[name=benchmark]').fill('99');
  await page.getByRole('dialog').getByRole('button', { name: '保存' }).click();
  await until('the benchmark is not kept', async () => (await read('pipeline_stages', stage.id)).benchmark === 99);
  await page.goto(`${base}/reports/funnel`);
  await page.getByText('转化率基准').waitFor();
  await check(page, 'funnel-benchmark');
  assert.match(await page.getByTestId('stuck-point').innerText(), new RegExp(`卡点在「${stage.name}」.*低于设定的基准 99`));
  await page.context().close();
});

test('a column of shares is proposed as percentages and comes in as such', async () => {
  const page = await logIn(faces[0]);
  const names = ['澄湖包装', '澄湖纸业'];
  await page.goto(`${base}/imports/new`);
  const file = `客户名称,钱包份额\n${names[0]},0.35\n${names[1]},0.5\n`;
  await page.getByTestId('import-file').setInputFiles({ name: 'shares.csv', mimeType: 'text/csv', buffer: Buffer.from(file) });
  await page.waitForURL(/imports\/[0-9a-f-]{36}/);
  assert.equal(await page.getByLabel('写法').inputValue(), '100');
  await check(page, 'import-shares');
  await page.getByTestId('run').click();
  await page.getByTestId('undo').waitFor();
  const { items } = await request('GET', `/customers?q=${encodeURIComponent('澄湖')}`, undefined, token);
  assert.deepEqual(items.map(c => c.wallet_share).sort(), [35, 50]);
  await page.context().close();
});
