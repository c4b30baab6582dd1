# Two roles: the one that starts a container may read its secrets and write its log; the one that it runs as may use the
# bucket, and nothing else.

data "aws_iam_policy_document" "assumed_by_tasks" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "starts" {
  name               = "${local.name}-starts"
  assume_role_policy = data.aws_iam_policy_document.assumed_by_tasks.json
  tags               = local.tags
}

data "aws_iam_policy_document" "starts" {
  statement {
    sid     = "Secrets"
    actions = ["secretsmanager:GetSecretValue"]
    resources = [
      var.secrets.database_url.arn,
      var.secrets.secret_key.arn,
      var.secrets.broker_url.arn,
    ]
  }

  statement {
    sid       = "Logs"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.parts.arn}:*"]
  }
}

resource "aws_iam_role_policy" "starts" {
  name   = "secrets-and-logs"
  role   = aws_iam_role.starts.id
  policy = data.aws_iam_policy_document.starts.json
}

resource "aws_iam_role" "runs" {
  name               = "${local.name}-runs"
  assume_role_policy = data.aws_iam_policy_document.assumed_by_tasks.json
  tags               = local.tags
}

data "aws_iam_policy_document" "runs" {
  statement {
    sid       = "ListFiles"
    actions   = ["s3:ListBucket"]
    resources = [aws_s3_bucket.files.arn]
  }

  statement {
    sid       = "Files"
    actions   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]
    resources = ["${aws_s3_bucket.files.arn}/*"]
  }
}

resource "aws_iam_role_policy" "runs" {
  name   = "files"
  role   = aws_iam_role.runs.id
  policy = data.aws_iam_policy_document.runs.json
}
