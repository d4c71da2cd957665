"(no report)\t\(.)"
