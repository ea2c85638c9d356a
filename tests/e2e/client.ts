// What an integrator writes against the generated types: if one of these calls no longer compiles, the API has changed.
import createClient from 'openapi-fetch';
import type { components, paths } from './api.d.ts';

type Customer = components['schemas']['Customer'];

export async function firstCustomers(baseUrl: string, token: string): Promise<Customer[]> {
  const api = createClient<paths>({ baseUrl, headers: { authorization: `Bearer ${token}` } });
  const created = await api.POST('/api/v1/customers', { body: { name: '张江精密仪器有限公司' } });
  if (created.error) throw new Error(created.error.code);
  const id: string = created.data.id;
  const one = await api.GET('/api/v1/customers/{id}', { params: { path: { id } } });
  if (one.error) throw new Error(one.error.detail);
  const page = await api.GET('/api/v1/customers', { params: { query: { q: '张', limit: 20 } } });
  return page.data?.items ?? [];
}
