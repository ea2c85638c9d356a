//! The seller: its teams, people, products and pipeline.

use super::{PASSWORD, World, text, words};
use crate::records::{Stamp, Writer};
use crate::{Error, Result, Visible};
use chrono::Duration;
use domain::record::Changes;
use domain::value::Value;
use persistence::pipeline::Stage;
use uuid::Uuid;

/// A representative and how they work.
#[derive(Debug, Clone)]
pub(super) struct Rep {
    pub(super) id: Uuid,
    /// 0 east, 1 south, 2 north.
    pub(super) region: usize,
    /// Factor on the chance of winning.
    pub(super) skill: f64,
    /// Calls small customers and neglects large ones.
    pub(super) upside_down: bool,
    /// Says the same to everybody, whatever troubles them.
    pub(super) says_the_same: bool,
    /// Calls some small customers far too often.
    pub(super) clings: bool,
    /// Factor on the number of contacts.
    pub(super) energy: f64,
}

/// The seller as far as the work needs it.
#[derive(Debug, Clone)]
pub(super) struct Company {
    pub(super) users: usize,
    pub(super) reps: Vec<Rep>,
    /// Id, list price in fen.
    pub(super) products: Vec<(Uuid, i64)>,
    pub(super) tags: Vec<Uuid>,
    /// Tags of what customers like.
    pub(super) styles: Vec<Uuid>,
    pub(super) library: super::library::Library,
    /// The default pipeline's stages in order; won and lost are the last two.
    pub(super) stages: Vec<Stage>,
}

pub(super) fn make(world: &mut World<'_>) -> Result<Company> {
    let mut maker = Maker { users: 1, hash: crate::identity::password_hash(PASSWORD)?, world };
    let reps = maker.people()?;
    let styles = maker.styles()?;
    let products = maker.products(&styles)?;
    let tags = maker.tags()?;
    let users = maker.users;
    maker.views()?;
    let library = super::library::make(world, &styles)?;
    let (stages, default) = persistence::pipeline::stages(world.conn)?;
    let mut stages: Vec<Stage> = stages.into_iter().filter(|s| Some(s.pipeline_id) == default).collect();
    stages.sort_by_key(|s| (["open", "won", "lost"].iter().position(|k| *k == s.kind), s.position));
    Ok(Company { users, reps, products, tags, styles, library, stages })
}

struct Maker<'w, 'a> {
    users: usize,
    hash: String,
    world: &'w mut World<'a>,
}

impl Maker<'_, '_> {
    fn add(&mut self, object: &str, fields: Vec<(&'static str, Value)>) -> Result<Uuid> {
        let shape = self.world.schema.shape(object).cloned().ok_or(Error::NotFound)?;
        let (admin, at) = (self.world.admin, self.world.now - Duration::days(930));
        let mut changes = Changes::default();
        for (key, value) in fields {
            changes.set(&shape, key, value);
        }
        self.world.act(admin, at, |ctx| {
            let mut writer = Writer::trusted(shape);
            let record = writer.create(ctx, changes, &Visible::All, Stamp::default())?;
            writer.flush(ctx)?;
            Ok(record.id())
        })
    }

    fn user(&mut self, email: &str, name: &str, title: &str, team: Option<Uuid>, role: &str) -> Result<Uuid> {
        let phone = self.world.mobile();
        let hired = self.world.workday(400 + self.users as i64 * 37);
        let fields = vec![
            ("name", text(name)),
            ("email", text(format!("{email}@demo.flywheel.cn"))),
            ("title", text(title)),
            ("phone", text(phone)),
            ("team_id", team.map_or(Value::Null, Value::Id)),
            ("status", text("active")),
            ("locale", text("zh-CN")),
            ("hired_on", Value::Date(hired)),
        ];
        let id = self.add("users", fields)?;
        let password = persistence::identity::Password { hash: self.hash.clone(), temporary: false };
        persistence::identity::set_password(self.world.conn, id, &password, self.world.now)?;
        let roles = persistence::identity::roles(self.world.conn)?;
        let role: Vec<Uuid> = roles.iter().filter(|r| role.split(',').any(|key| r.key == key)).map(|r| r.id).collect();
        persistence::identity::set_roles_of(self.world.conn, id, &role)?;
        self.users += 1;
        Ok(id)
    }

    fn people(&mut self) -> Result<Vec<Rep>> {
        const DIRECTORS: [&str; 3] = ["周建华", "林晓峰", "赵立新"];
        const MANAGERS: [&str; 6] = ["李娜", "刘洋", "黄志强", "张敏", "王伟", "孙丽"];
        let mut reps = Vec::new();
        for (region, (name, teams)) in words::REGIONS.iter().enumerate() {
            let area = self.add("teams", vec![("name", text(format!("{name}大区"))), ("region", text(*name))])?;
            let title = format!("{name}大区总监");
            self.user(&format!("director{}", region + 1), DIRECTORS[region], &title, Some(area), "director")?;
            for (i, team_name) in teams.iter().enumerate() {
                let number = region * 2 + i;
                let team = self.add(
                    "teams",
                    vec![("name", text(*team_name)), ("region", text(*name)), ("parent_id", Value::Id(area))],
                )?;
                self.user(&format!("manager{}", number + 1), MANAGERS[number], "销售经理", Some(team), "manager")?;
                for member in 0..3 {
                    let name = self.world.person();
                    let place = number * 3 + member;
                    let id =
                        self.user(&format!("rep{}", place + 1), &name, "销售代表", Some(team), "representative")?;
                    let skill = self.world.around(1.0, 0.22);
                    // The second team of the south has gone quiet.
                    let energy = if number == 3 { 0.45 } else { self.world.around(1.0, 0.15) };
                    reps.push(Rep {
                        id,
                        region,
                        skill,
                        upside_down: place == 4,
                        says_the_same: number == 1,
                        clings: place == 7,
                        energy,
                    });
                }
            }
        }
        self.user("marketing", "何雨桐", "市场经理", None, "marketing")?;
        self.user("service", "郭建军", "客户成功经理", None, "service,customer_success")?;
        Ok(reps)
    }

    fn styles(&mut self) -> Result<Vec<Uuid>> {
        ["节能优先", "紧凑布局", "柔性换产", "国产替代"]
            .into_iter()
            .map(|name| self.add("tags", vec![("name", text(name)), ("color", text("info"))]))
            .collect()
    }

    fn products(&mut self, styles: &[Uuid]) -> Result<Vec<(Uuid, i64)>> {
        let mut made = Vec::new();
        for (i, (name, code, category, series, unit, price, cost)) in words::PRODUCTS.into_iter().enumerate() {
            let fields = vec![
                ("name", text(name)),
                ("code", text(code)),
                ("category", text(category)),
                ("series", text(series)),
                ("unit", text(unit)),
                ("list_price_minor", Value::Int(price * 100)),
                ("cost_minor", Value::Int(cost * 100)),
                ("active", Value::Bool(true)),
                ("tags", super::library::style(styles, i)),
            ];
            made.push((self.add("products", fields)?, price * 100));
        }
        Ok(made)
    }

    fn tags(&mut self) -> Result<Vec<Uuid>> {
        [
            ("重点客户", "warning"),
            ("标杆案例", "success"),
            ("价格敏感", "info"),
            ("决策链复杂", "primary"),
            ("需技术支持", "neutral"),
        ]
        .into_iter()
        .map(|(name, color)| self.add("tags", vec![("name", text(name)), ("color", text(color))]))
        .collect()
    }

    /// Lists that everybody finds useful on the first day.
    fn views(&mut self) -> Result<()> {
        let views = [
            (
                "customers",
                "A 级客户",
                r#"{"filter":{"field":"grade","op":"eq","value":"A"},"sort":"-last_contact_at"}"#,
            ),
            (
                "customers",
                "30 天未联系",
                r#"{"filter":{"field":"last_contact_at","op":"older_than_days","value":30},"sort":"last_contact_at"}"#,
            ),
            (
                "opportunities",
                "本月预计成交",
                r#"{"filter":{"all":[{"field":"status","op":"eq","value":"open"},{"field":"expected_close_on","op":"next_days","value":30}]},"sort":"expected_close_on"}"#,
            ),
            (
                "opportunities",
                "大额商机",
                r#"{"filter":{"all":[{"field":"status","op":"eq","value":"open"},{"field":"amount_minor","op":"gt","value":50000000}]},"sort":"-amount_minor"}"#,
            ),
            ("tasks", "待办任务", r#"{"filter":{"field":"status","op":"eq","value":"open"},"sort":"due_at"}"#),
        ];
        for (position, (object, name, definition)) in (0i64..).zip(views) {
            let fields = vec![
                ("name", text(name)),
                ("object", text(object)),
                ("shared", Value::Bool(true)),
                ("definition", Value::Json(definition.to_owned())),
                ("position", Value::Int(position)),
            ];
            self.add("saved_views", fields)?;
        }
        Ok(())
    }
}
