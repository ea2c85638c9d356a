//! Which column is which field: guesses from the headers and from the data.

use std::collections::HashMap;

use super::profile::{Profile, Shape};
use super::suggest::normalise;

/// A field that a column may be mapped to.
#[derive(Clone, Debug)]
pub struct Target {
    /// Key of the field.
    pub key: String,
    /// Its labels in all languages, and other names people use.
    pub names: Vec<String>,
    /// The shapes of column that fit it; empty if every one does.
    pub shapes: &'static [Shape],
    /// Whether a column of the right shape may be taken for it without a fitting name.
    pub by_shape: bool,
}

/// A guess for one column.
#[derive(Clone, Debug, PartialEq)]
pub struct Guess {
    /// Key of the field.
    pub field: String,
    /// 0..1
    pub confidence: f64,
}

/// Names of fields in files of other systems, by `object.field`, or by field for all objects.
/// The first that a header equals after normalisation wins; containment counts less.
const SYNONYMS: &[(&str, &[&str])] = &[
    (
        "customers.name",
        &[
            "account",
            "accountname",
            "company",
            "companyname",
            "customer",
            "customername",
            "organization",
            "organisation",
            "客户",
            "客户名称",
            "客户名",
            "公司",
            "公司名称",
            "企业名称",
            "单位",
            "单位名称",
            "名称",
            "client",
        ],
    ),
    ("customers.industry", &["sector", "industry", "vertical", "行业", "所属行业", "行业类型"]),
    (
        "customers.founded_year",
        &["yearestablished", "founded", "foundedyear", "established", "成立年份", "成立时间", "成立年"],
    ),
    (
        "customers.annual_revenue_minor",
        &["revenue", "annualrevenue", "turnover", "营业额", "年营业额", "营收", "年收入", "年销售额"],
    ),
    (
        "customers.employees",
        &["employees", "employeecount", "headcount", "numberofemployees", "员工数", "人数", "员工人数", "规模"],
    ),
    ("customers.region", &["officelocation", "location", "country", "region", "地区", "区域", "国家", "大区"]),
    (
        "customers.parent_id",
        &["subsidiaryof", "parent", "parentaccount", "parentcompany", "上级客户", "母公司", "集团", "所属集团"],
    ),
    ("customers.credit_code", &["taxid", "vat", "统一社会信用代码", "信用代码", "税号", "纳税人识别号"]),
    (
        "products.name",
        &["product", "productname", "item", "sku", "产品", "产品名称", "商品", "商品名称", "品名", "名称"],
    ),
    ("products.code", &["code", "productcode", "sku", "itemcode", "产品编号", "产品编码", "编码", "货号", "型号"]),
    ("products.series", &["series", "family", "line", "系列", "产品线"]),
    (
        "products.list_price_minor",
        &["salesprice", "price", "listprice", "unitprice", "价格", "单价", "标价", "售价", "定价"],
    ),
    ("products.cost_minor", &["cost", "costprice", "成本", "成本价", "进价"]),
    (
        "opportunities.number",
        &["opportunityid", "dealid", "id", "number", "opportunitynumber", "商机编号", "机会编号", "编号", "单号"],
    ),
    (
        "opportunities.name",
        &[
            "opportunity",
            "opportunityname",
            "deal",
            "dealname",
            "title",
            "subject",
            "商机",
            "商机名称",
            "机会名称",
            "项目",
            "项目名称",
        ],
    ),
    (
        "opportunities.stage_id",
        &["dealstage", "stage", "salesstage", "phase", "pipelinestage", "阶段", "商机阶段", "销售阶段"],
    ),
    ("opportunities.pipeline_id", &["pipeline", "pipelinename", "管道", "销售流程"]),
    (
        "opportunities.engaged_on",
        &["engagedate", "engaged", "startdate", "opendate", "开始日期", "接触日期", "立项日期"],
    ),
    (
        "opportunities.closed_on",
        &[
            "closedate",
            "closed",
            "closeddate",
            "closingdate",
            "wondate",
            "成交日期",
            "结单日期",
            "关闭日期",
            "赢单日期",
        ],
    ),
    (
        "opportunities.expected_close_on",
        &[
            "expectedclose",
            "expectedclosedate",
            "forecastdate",
            "estimatedclosedate",
            "预计成交日期",
            "预计签单日期",
            "预计结单日期",
        ],
    ),
    (
        "opportunities.amount_minor",
        &[
            "closevalue",
            "amount",
            "value",
            "dealvalue",
            "dealsize",
            "revenue",
            "金额",
            "商机金额",
            "预计金额",
            "成交金额",
            "合同金额",
        ],
    ),
    ("opportunities.lost_reason", &["lostreason", "lossreason", "reasonlost", "输单原因", "丢单原因", "失败原因"]),
    ("orders.number", &["orderid", "orderno", "ordernumber", "number", "订单号", "订单编号", "单号", "编号"]),
    (
        "orders.ordered_on",
        &["date", "orderdate", "orderedon", "purchasedate", "下单日期", "订单日期", "下单时间", "日期"],
    ),
    (
        "orders.amount_minor",
        &["amount", "total", "dollarvalue", "value", "ordertotal", "金额", "订单金额", "总额", "合计"],
    ),
    ("contacts.name", &["name", "contact", "contactname", "fullname", "姓名", "联系人", "联系人姓名", "名字"]),
    ("contacts.title", &["title", "jobtitle", "position", "role", "职位", "职务", "岗位"]),
    ("contacts.department", &["department", "dept", "部门"]),
    ("activities.kind", &["type", "kind", "activitytype", "类型", "跟进方式", "跟进类型"]),
    ("activities.subject", &["subject", "title", "主题", "标题"]),
    ("activities.occurred_at", &["date", "time", "occurredat", "activitydate", "日期", "时间", "跟进时间", "跟进日期"]),
    ("activities.note", &["note", "content", "description", "内容", "跟进内容", "跟进记录", "备注"]),
    ("tasks.title", &["title", "task", "subject", "任务", "标题", "任务名称"]),
    ("tasks.due_at", &["due", "duedate", "deadline", "截止日期", "截止时间", "到期"]),
    (
        "users.name",
        &[
            "salesagent",
            "agent",
            "rep",
            "salesrep",
            "name",
            "fullname",
            "user",
            "employee",
            "姓名",
            "员工",
            "销售",
            "业务员",
            "用户名",
        ],
    ),
    ("users.team_id", &["manager", "team", "teamname", "salesteam", "团队", "小组", "部门", "经理", "主管"]),
    ("teams.name", &["team", "manager", "teamname", "name", "团队", "小组", "部门", "名称"]),
    ("teams.region", &["regionaloffice", "region", "office", "area", "大区", "区域", "地区", "分公司"]),
    ("region", &["regionaloffice", "region", "office", "area", "大区", "区域", "地区"]),
    (
        "customer_id",
        &[
            "account",
            "accountname",
            "company",
            "companyname",
            "customer",
            "customername",
            "client",
            "customerid",
            "客户",
            "客户名称",
            "公司",
            "公司名称",
            "所属客户",
            "客户编号",
            "单位名称",
        ],
    ),
    ("product_id", &["product", "productname", "item", "sku", "产品", "产品名称", "商品", "意向产品"]),
    ("contact_id", &["contact", "contactname", "contactperson", "联系人", "联系人姓名"]),
    ("opportunity_id", &["opportunity", "opportunityname", "deal", "商机", "商机名称", "所属商机"]),
    (
        "owner_id",
        &[
            "owner",
            "salesagent",
            "agent",
            "rep",
            "salesrep",
            "salesperson",
            "accountmanager",
            "assignedto",
            "assignee",
            "负责人",
            "所有人",
            "归属人",
            "销售",
            "业务员",
            "销售代表",
            "客户经理",
            "跟进人",
        ],
    ),
    ("email", &["email", "mail", "emailaddress", "邮箱", "电子邮箱", "邮件", "电子邮件"]),
    (
        "phone",
        &[
            "phone",
            "tel",
            "telephone",
            "mobile",
            "cell",
            "phonenumber",
            "mobilephone",
            "电话",
            "手机",
            "手机号",
            "联系电话",
            "电话号码",
            "手机号码",
            "联系方式",
        ],
    ),
    ("wechat", &["wechat", "weixin", "微信", "微信号"]),
    ("website", &["website", "url", "web", "homepage", "网站", "网址", "官网"]),
    ("province", &["province", "state", "省", "省份"]),
    ("city", &["city", "town", "市", "城市"]),
    ("address", &["address", "street", "地址", "详细地址", "公司地址"]),
    ("note", &["note", "notes", "comment", "comments", "remark", "remarks", "description", "备注", "说明", "描述"]),
    ("tags", &["tags", "tag", "labels", "label", "标签"]),
    ("source", &["source", "leadsource", "channel", "来源", "客户来源", "渠道", "线索来源"]),
    ("birthday", &["birthday", "birthdate", "dateofbirth", "dob", "生日", "出生日期"]),
    ("status", &["status", "state", "状态"]),
    (
        "created_at",
        &[
            "createdat",
            "created",
            "createdon",
            "createddate",
            "createdate",
            "creationdate",
            "创建时间",
            "创建日期",
            "录入时间",
        ],
    ),
    ("created_by", &["createdby", "creator", "author", "创建人", "录入人", "创建者"]),
];

/// The names under which other systems know a field of an object.
pub fn synonyms(object: &str, field: &str) -> &'static [&'static str] {
    let own = format!("{object}.{field}");
    let find = |key: &str| SYNONYMS.iter().find(|(known, _)| *known == key).map(|(_, names)| *names);
    find(&own).or_else(|| find(field)).unwrap_or_default()
}

/// Guesses a field for each column, each field at most once, the surest first.
pub fn guess(headers: &[String], profiles: &[Profile], object: &str, targets: &[Target]) -> Vec<Option<Guess>> {
    let mut scores: Vec<(f64, usize, usize)> = Vec::new();
    for (column, header) in headers.iter().enumerate() {
        let form = normalise(header);
        let shape = profiles.get(column).map_or(Shape::Empty, Profile::shape);
        for (index, target) in targets.iter().enumerate() {
            let score = name_score(&form, object, target) + shape_score(shape, target);
            if score >= 0.5 {
                scores.push((score, column, index));
            }
        }
    }
    scores.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let mut taken: HashMap<usize, usize> = HashMap::new();
    let mut guesses: Vec<Option<Guess>> = vec![None; headers.len()];
    for (score, column, index) in scores {
        let (Some(slot), Some(target)) = (guesses.get_mut(column), targets.get(index)) else {
            continue;
        };
        if slot.is_none() && !taken.contains_key(&index) {
            taken.insert(index, column);
            *slot = Some(Guess { field: target.key.clone(), confidence: score.min(1.0) });
        }
    }
    guesses
}

fn name_score(form: &str, object: &str, target: &Target) -> f64 {
    if form.is_empty() {
        return 0.0;
    }
    let bare = target.key.trim_end_matches("_id").trim_end_matches("_minor");
    let own = [target.key.as_str(), bare].into_iter().map(normalise);
    let labels = target.names.iter().map(|name| normalise(name));
    let mut best = 0.0_f64;
    for name in own.chain(labels) {
        best = best.max(if name == form { 1.0 } else { part_score(form, &name) });
    }
    for (rank, name) in synonyms(object, &target.key).iter().enumerate() {
        // Earlier names are the more usual ones.
        let exact = 0.95 - 0.005 * rank.min(20) as f64;
        best = best.max(if *name == form { exact } else { part_score(form, name) });
    }
    best
}

/// A name inside a longer header: "客户手机号", "main e-mail address".
fn part_score(form: &str, name: &str) -> f64 {
    let (long, short) = (form.chars().count(), name.chars().count());
    let enough = if name.is_ascii() { 4 } else { 2 };
    if short >= enough && form.contains(name) { 0.45 + 0.4 * short as f64 / long as f64 } else { 0.0 }
}

fn shape_score(shape: Shape, target: &Target) -> f64 {
    if shape == Shape::Empty || target.shapes.is_empty() {
        0.0
    } else if target.shapes.contains(&shape) {
        if target.by_shape { 0.55 } else { 0.05 }
    } else {
        // A date in a column named "status" is not the status.
        -0.5
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(key: &str, label: &str, shapes: &'static [Shape]) -> Target {
        let by_shape = matches!(shapes, [Shape::Email] | [Shape::Phone]);
        Target { key: key.into(), names: vec![label.into()], shapes, by_shape }
    }

    fn guessed(object: &str, headers: &[&str], cells: &[&str], targets: &[Target]) -> Vec<String> {
        let headers: Vec<String> = headers.iter().map(|header| (*header).to_owned()).collect();
        let profiles: Vec<Profile> = cells
            .iter()
            .map(|cell| {
                let mut profile = Profile::default();
                profile.see(cell);
                profile
            })
            .collect();
        guess(&headers, &profiles, object, targets)
            .into_iter()
            .map(|guess| guess.map_or("-".into(), |guess| guess.field))
            .collect()
    }

    #[test]
    fn headers_of_other_systems_are_recognised() {
        let date: &[Shape] = &[Shape::Date];
        let targets = [
            target("number", "编号", &[]),
            target("owner_id", "负责人", &[]),
            target("product_id", "产品", &[]),
            target("customer_id", "客户", &[]),
            target("stage_id", "阶段", &[]),
            target("engaged_on", "开始日期", date),
            target("closed_on", "结单日期", date),
            target("expected_close_on", "预计成交日期", date),
            target("amount_minor", "金额", &[Shape::Int, Shape::Number]),
            target("name", "名称", &[]),
        ];
        let headers = [
            "opportunity_id",
            "sales_agent",
            "product",
            "account",
            "deal_stage",
            "engage_date",
            "close_date",
            "close_value",
            "engage_quarter",
            "close_quarter",
        ];
        let cells =
            ["1C1I7A6R", "Moses", "GTX", "Cancity", "Won", "20-10-16", "01-03-17", "1054", "Q4 2016", "Q1 2017"];
        let fields = guessed("opportunities", &headers, &cells, &targets);
        let expected = [
            "number",
            "owner_id",
            "product_id",
            "customer_id",
            "stage_id",
            "engaged_on",
            "closed_on",
            "amount_minor",
            "-",
            "-",
        ];
        assert_eq!(fields, expected);
    }

    #[test]
    fn the_data_speaks_where_the_header_does_not() {
        let targets = [
            target("name", "客户名称", &[]),
            target("email", "邮箱", &[Shape::Email]),
            target("phone", "电话", &[Shape::Phone]),
        ];
        let fields = guessed("customers", &["A", "B", "公司"], &["13800000000", "a@b.cn", "某公司"], &targets);
        assert_eq!(fields, ["phone", "email", "name"]);
    }
}
