//! What one customer costs the search index: `cargo run --release -p domain --example text_bench`.

use domain::text::{ContactData, TokenWriter, normalise_name, query_tokens};
use std::hint::black_box;
use std::time::Instant;

const ROUNDS: u32 = 500_000;

fn main() {
    let names = ["上海张伟科技有限公司", "重庆长安重工机械集团", "广州华南电子贸易公司", "北京智联数据服务中心"];
    let mut out = String::with_capacity(1024);
    report("tokens of a ten-character name", |i| {
        out.clear();
        TokenWriter::new(&mut out).text(names[i % names.len()]);
        out.len()
    });
    report("tokens of a contact with phone and e-mail", |i| {
        out.clear();
        let mut writer = TokenWriter::new(&mut out);
        writer.text(&names[i % names.len()][..9]);
        writer.phone("+86 138-0013-8000");
        writer.email("fang.wang@example.com.cn");
        out.len()
    });
    report("normalised name", |i| normalise_name(names[i % names.len()]).len());
    report("query", |_| query_tokens("张伟 zhangw", ContactData::Searchable).len());
}

fn report(what: &str, mut work: impl FnMut(usize) -> usize) {
    let start = Instant::now();
    for i in 0..ROUNDS as usize {
        black_box(work(black_box(i)));
    }
    println!("{what}: {:.2} µs", start.elapsed().as_secs_f64() * 1e6 / f64::from(ROUNDS));
}
