"""What an integrator writes against the generated client: every module of it imports, and these calls are as they were."""

import importlib
import inspect
import pkgutil

import flywheel_client
from flywheel_client import AuthenticatedClient
from flywheel_client.api.customers import create_customer, get_customer, list_customers
from flywheel_client.models import Customer, CustomerInput

count = 0
for module in pkgutil.walk_packages(flywheel_client.__path__, "flywheel_client."):
    importlib.import_module(module.name)
    count += 1

client = AuthenticatedClient(base_url="https://crm.example.com", token="fw_example")
body = CustomerInput.from_dict({"name": "张江精密仪器有限公司", "grade": "A"})
assert body.to_dict() == {"name": "张江精密仪器有限公司", "grade": "A"}, body.to_dict()
assert "client" in inspect.signature(create_customer.sync).parameters
assert "q" in inspect.signature(list_customers.sync).parameters
assert list(inspect.signature(get_customer.sync).parameters)[0] == "id"
assert "version" in Customer.__annotations__
print(f"the generated Python client imports: {count} modules")
