//! Every query of TPC-H, on few rows: taken by the engine, and equal to stock DataFusion.

#[tokio::test(flavor = "multi_thread")]
async fn all_22_queries_give_the_rows_of_stock_datafusion() {
    let words = ["tpch", "0.01", "1"].map(str::to_owned).to_vec();
    cloister_benches::run(words).await.map_err(|failure| failure.to_string()).unwrap();
}
