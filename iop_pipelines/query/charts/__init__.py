"""What a chart may say: one `ChartSpec` of a query's frozen result, which the PDF and the app both draw."""
