//! Fills a database through the record engine, past HTTP.

use chrono::{DateTime, Duration, Utc};
use domain::objects::{
    ACTIVITIES, CONTACTS, CUSTOMERS, OPPORTUNITIES, ORDERS, PIPELINE_STAGES, PIPELINES, TASKS, USERS,
};
use domain::record::{Record, Shape};
use domain::value::Value;
use persistence::db::{self, AnyConnection};
use persistence::records::{self, Archived, List, Order, Owners};
use serde_json::json;
use uuid::{NoContext, Timestamp, Uuid};

const ROWS: usize = 8_192;
const CITIES: [&str; 8] = ["上海", "北京", "深圳", "杭州", "成都", "武汉", "西安", "南京"];
const FIRST: [&str; 12] = ["华", "中", "金", "天", "宏", "瑞", "盛", "恒", "泰", "远", "新", "安"];
const SECOND: [&str; 12] = ["星", "海", "达", "科", "信", "通", "源", "创", "辉", "业", "成", "博"];
/// Characters of names, so many that four of them seldom stand together twice.
const RARE: &str = "安邦昌辰诚达德鼎东丰福富高冠光广国海浩恒弘华汇佳嘉建江金锦晶景骏康科蓝乐力立联龙鲁茂美铭南宁鹏启千强庆荣瑞润森盛世顺思泰腾天通同万威伟文祥欣信兴旭亚阳怡益永优裕元远悦泽展长振正志中众卓";
const FAMILY: [&str; 8] = ["王", "李", "张", "刘", "陈", "杨", "赵", "周"];
const TRADES: [&str; 8] = ["精密仪器", "自动化设备", "软件", "医疗器械", "新材料", "物流", "装饰工程", "电子"];

/// What the load needs to know of a filled database.
pub struct Filled {
    /// Ids of some customers, evenly spread.
    pub customers: Vec<String>,
    /// The default pipeline.
    pub pipeline: String,
    /// Percent-encoded texts that find something.
    pub queries: Vec<String>,
}

impl Filled {
    /// As written by [`Filled::write`].
    pub fn read(text: &str) -> Option<Filled> {
        let value: serde_json::Value = serde_json::from_str(text).ok()?;
        let list =
            |key: &str| Some(value[key].as_array()?.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect());
        Some(Filled {
            customers: list("customers")?,
            pipeline: value["pipeline"].as_str()?.to_owned(),
            queries: list("queries")?,
        })
    }

    /// For the next run.
    pub fn write(&self) -> String {
        json!({ "customers": self.customers, "pipeline": self.pipeline, "queries": self.queries }).to_string()
    }
}

/// How much is to be filled in.
pub struct Extent {
    /// Customers.
    pub customers: usize,
    /// Opportunities of each.
    pub opportunities: usize,
    /// Contacts with each.
    pub contacts: usize,
    /// Orders of each.
    pub orders: usize,
    /// People at each.
    pub people: usize,
    /// Open tasks of each.
    pub tasks: usize,
}

impl Extent {
    /// Customers with three opportunities each, and nothing else.
    pub fn sparse(customers: usize) -> Extent {
        Extent { customers, opportunities: 3, contacts: 0, orders: 0, people: 0, tasks: 0 }
    }

    /// Customers with years behind them: ten contacts and ten orders each, and something in every list.
    pub fn full(customers: usize) -> Extent {
        Extent { customers, opportunities: 1, contacts: 10, orders: 10, people: 1, tasks: 1 }
    }

    /// Records in all.
    fn records(&self) -> usize {
        self.customers * (1 + self.opportunities + self.contacts + self.orders + self.people + self.tasks)
    }
}

/// Numbers that look random and are the same in every run.
pub struct Dice(u64);

impl Dice {
    /// Dice that always fall the same way.
    pub fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    /// A number below this.
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }

    fn pick(&mut self, from: &[&str]) -> String {
        from[self.roll(from.len())].to_owned()
    }

    /// A company that could be, of a name that hardly any other has.
    pub fn rare_company(&mut self) -> Company {
        let (city, trade) = (self.pick(&CITIES), self.pick(&TRADES));
        let letters: Vec<char> = RARE.chars().collect();
        let word: String = (0..4).filter_map(|_| letters.get(self.roll(letters.len()))).collect();
        Company { name: format!("{city}{word}{trade}有限公司"), city, trade }
    }

    /// A company that could be.
    pub fn company(&mut self) -> Company {
        let (city, trade) = (self.pick(&CITIES), self.pick(&TRADES));
        let name = format!("{city}{}{}{}{trade}有限公司", self.pick(&FIRST), self.pick(&SECOND), self.pick(&FIRST));
        Company { name, city, trade }
    }
}

/// A company that could be.
pub struct Company {
    /// Its registered name.
    pub name: String,
    /// Where it is.
    pub city: String,
    /// What it deals in.
    pub trade: String,
}

/// The state of the filling.
struct Filler {
    dice: Dice,
    owner: Uuid,
    pipeline: Uuid,
    stages: Vec<(Uuid, String, i64)>,
    start: DateTime<Utc>,
    made: i64,
}

/// Fills a database that was set up.
pub fn fill(url: &str, extent: &Extent) -> Filled {
    let size = extent.customers;
    let pool = db::pool(url, 1).expect("the database opens");
    let mut conn = db::get(&pool).expect("the database opens");
    let mut filler = Filler::new(&mut conn, extent.records());
    let (customers, opportunities) = (Shape::plain(&CUSTOMERS), Shape::plain(&OPPORTUNITIES));
    let (activities, orders) = (Shape::plain(&ACTIVITIES), Shape::plain(&ORDERS));
    let (contacts, tasks) = (Shape::plain(&CONTACTS), Shape::plain(&TASKS));
    let mut ids = Vec::new();
    let mut done = 0;
    while done < size {
        let rows = ROWS.min(size - done);
        let companies: Vec<Record> = (0..rows).map(|_| filler.customer(&customers)).collect();
        let of_each = |count: usize| companies.iter().flat_map(move |c| std::iter::repeat_n(c.id(), count));
        let deals: Vec<Record> =
            of_each(extent.opportunities).map(|id| filler.opportunity(&opportunities, id)).collect();
        let visits: Vec<Record> = of_each(extent.contacts).map(|id| filler.contact(&activities, id)).collect();
        let sales: Vec<Record> = of_each(extent.orders).map(|id| filler.order(&orders, id)).collect();
        let people: Vec<Record> = of_each(extent.people).map(|id| filler.person(&contacts, id)).collect();
        let plans: Vec<Record> = of_each(extent.tasks).map(|id| filler.task(&tasks, id)).collect();
        ids.extend(companies.iter().step_by((size / 2_000).max(1)).map(|r| r.id().to_string()));
        db::write_tx(&mut conn, |conn| {
            records::insert_many(conn, &customers, &companies)?;
            records::insert_many(conn, &opportunities, &deals)?;
            records::insert_many(conn, &activities, &visits)?;
            records::insert_many(conn, &orders, &sales)?;
            records::insert_many(conn, &contacts, &people)?;
            records::insert_many(conn, &tasks, &plans)
        })
        .expect("rows go in");
        done += rows;
    }
    let queries = ["华星软件", "hxrj", "张江", "精密", "瑞达", "xinchuang", "深圳", "13800000"].map(encode).to_vec();
    Filled { customers: ids, pipeline: filler.pipeline.to_string(), queries }
}

fn encode(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

fn all(conn: &mut AnyConnection, shape: &Shape) -> Vec<Record> {
    let list = List {
        shape,
        owners: Owners::All,
        archived: Archived::No,
        condition: None,
        search: None,
        order: &Order::Keys(Vec::new()),
        after: None,
        limit: 200,
        only: None,
    };
    records::list(conn, &list).expect("a list").into_iter().map(|row| row.record).collect()
}

impl Filler {
    fn new(conn: &mut AnyConnection, records: usize) -> Filler {
        let (users, pipelines, stages) =
            (Shape::plain(&USERS), Shape::plain(&PIPELINES), Shape::plain(&PIPELINE_STAGES));
        let owner = all(conn, &users).first().expect("set-up made a user").id();
        let pipeline = all(conn, &pipelines).first().expect("set-up made a pipeline").id();
        let of_stage = |r: &Record| {
            (
                r.id(),
                r.get(&stages, "kind").as_str().unwrap_or("open").to_owned(),
                r.get(&stages, "position").as_int().unwrap_or(1),
            )
        };
        let stages = all(conn, &stages)
            .iter()
            .filter(|r| r.get(&stages, "pipeline_id").as_id() == Some(pipeline))
            .map(of_stage)
            .collect();
        let start = Utc::now() - Duration::seconds(records as i64 + 86_400);
        Filler { dice: Dice(42), owner, pipeline, stages, start, made: 0 }
    }

    /// The system fields; every record is a second younger than the one before.
    fn blank(&mut self, shape: &Shape) -> Record {
        let at = self.start + Duration::seconds(self.made);
        self.made += 1;
        let mut record = Record::empty(shape);
        let stamp = Timestamp::from_unix(NoContext, at.timestamp().unsigned_abs(), 0);
        record.set(shape, "id", Value::Id(Uuid::new_v7(stamp)));
        record.set(shape, "version", Value::Int(1));
        for key in ["created_at", "updated_at"] {
            record.set(shape, key, Value::Time(at));
        }
        record.set(shape, "created_by", Value::Id(self.owner));
        record.set(shape, "owner_id", Value::Id(self.owner));
        record
    }

    fn pick(&mut self, from: &[&str]) -> String {
        self.dice.pick(from)
    }

    fn customer(&mut self, shape: &Shape) -> Record {
        let mut record = self.blank(shape);
        let Company { name, city, trade } = self.dice.company();
        record.set(shape, "name", Value::Text(name));
        record.set(shape, "city", Value::Text(city));
        record.set(shape, "industry", Value::Text(trade));
        record.set(shape, "customer_type", Value::Text("customer".to_owned()));
        record.set(shape, "phone", Value::Text(format!("+86138{:08}", self.made)));
        record.set(shape, "employees", Value::Int(10 + self.dice.roll(2_000) as i64));
        record
    }

    /// Some day of the last year.
    fn lately(&mut self) -> DateTime<Utc> {
        Utc::now() - Duration::minutes(self.dice.roll(365 * 1440) as i64)
    }

    fn contact(&mut self, shape: &Shape, customer: Uuid) -> Record {
        let (mut record, at) = (self.blank(shape), self.lately());
        record.set(shape, "subject", Value::Text("例行拜访".to_owned()));
        record.set(shape, "kind", Value::Text("visit".to_owned()));
        record.set(shape, "customer_id", Value::Id(customer));
        record.set(shape, "occurred_at", Value::Time(at));
        record.set(shape, "duration_minutes", Value::Int(30));
        record.set(shape, "completed", Value::Bool(true));
        record
    }

    fn order(&mut self, shape: &Shape, customer: Uuid) -> Record {
        let (mut record, day) = (self.blank(shape), self.lately().date_naive());
        record.set(shape, "number", Value::Text(format!("SO-{}", self.made)));
        record.set(shape, "customer_id", Value::Id(customer));
        record.set(shape, "ordered_on", Value::Date(day));
        record.set(shape, "status", Value::Text("fulfilled".to_owned()));
        record.set(shape, "amount_minor", Value::Int(10_000 * (1 + self.dice.roll(500) as i64)));
        record
    }

    fn person(&mut self, shape: &Shape, customer: Uuid) -> Record {
        let mut record = self.blank(shape);
        let name = format!("{}{}{}", self.pick(&FAMILY), self.pick(&SECOND), self.pick(&FIRST));
        record.set(shape, "name", Value::Text(name));
        record.set(shape, "customer_id", Value::Id(customer));
        record.set(shape, "title", Value::Text("采购经理".to_owned()));
        record.set(shape, "phone", Value::Text(format!("+86137{:08}", self.made)));
        record
    }

    /// To be done some day of the next year.
    fn task(&mut self, shape: &Shape, customer: Uuid) -> Record {
        let mut record = self.blank(shape);
        let due = Utc::now() + Duration::minutes(self.dice.roll(365 * 1440) as i64);
        record.set(shape, "title", Value::Text("回访客户".to_owned()));
        record.set(shape, "customer_id", Value::Id(customer));
        record.set(shape, "status", Value::Text("open".to_owned()));
        record.set(shape, "priority", Value::Text("normal".to_owned()));
        record.set(shape, "due_at", Value::Time(due));
        record
    }

    fn opportunity(&mut self, shape: &Shape, customer: Uuid) -> Record {
        let mut record = self.blank(shape);
        let (stage, kind, position) = self.stages[self.dice.roll(self.stages.len())].clone();
        let amount = 10_000 * (1 + self.dice.roll(5_000) as i64);
        let day = (self.start + Duration::seconds(self.made)).date_naive();
        record.set(shape, "name", Value::Text(format!("{}项目 {}", self.pick(&TRADES), self.made)));
        record.set(shape, "customer_id", Value::Id(customer));
        record.set(shape, "pipeline_id", Value::Id(self.pipeline));
        record.set(shape, "stage_id", Value::Id(stage));
        record.set(shape, "amount_minor", Value::Int(amount));
        record.set(shape, "expected_close_on", Value::Date(day + Duration::days(60)));
        record.set(shape, "furthest_position", Value::Int(position));
        if kind != "open" {
            record.set(shape, "closed_on", Value::Date(day + Duration::days(30)));
        }
        record.set(shape, "status", Value::Text(kind));
        record
    }
}
