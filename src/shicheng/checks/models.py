"""Reports kept for ever, what persons signed, and an archive's own edits of the tables."""

from __future__ import annotations

from django.db import models

from shicheng.kernel.identifiers import new_id


class StoredReport(models.Model):
    """One run of a plan over one subject. Never changed; a new run is a new row."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    subject_kind = models.CharField(max_length=40)  # "transfer", "item", "fonds"
    subject_id = models.CharField(max_length=200)
    transfer = models.CharField(max_length=40, blank=True, db_index=True)  # number of the transfer, if there is one
    stage = models.CharField(max_length=4)
    run = models.PositiveIntegerField()  # 1 is the first run over this subject at this stage
    fonds_code = models.CharField(max_length=40, blank=True, db_index=True)
    verdict = models.CharField(max_length=10)
    errors = models.PositiveIntegerField(default=0)
    warnings = models.PositiveIntegerField(default=0)
    record = models.JSONField()  # Report.to_record(): templates and values, readable in either language
    made_by = models.CharField(max_length=200)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "stage", "run"], name="checks_report_one_per_run"
            )
        ]

    def __str__(self) -> str:
        return f"{self.stage} {self.transfer or self.subject_id} #{self.run}"


class ManualResult(models.Model):
    """What a person found in a check no machine can do. A later signature stands beside an earlier one."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    report = models.ForeignKey(StoredReport, on_delete=models.PROTECT, related_name="manual_results")
    check_code = models.CharField(max_length=20)
    passed = models.BooleanField()
    remark = models.TextField(blank=True)
    signed_by = models.CharField(max_length=200)
    signed_by_id = models.UUIDField(null=True)
    signed_at = models.DateTimeField()

    class Meta:
        ordering = ["signed_at"]

    def __str__(self) -> str:
        return f"{self.check_code} {self.signed_by}"


class TableEdit(models.Model):
    """An archive's own row over one of the tables; the newest of a key holds, older ones stay."""

    TABLES = [("kinds", "kinds"), ("plans", "plans"), ("formats", "formats"), ("scheme", "scheme")]

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    table = models.CharField(max_length=10, choices=TABLES)
    key = models.CharField(max_length=100)  # a check code; "stage category"; a category; a setting or category
    value = models.JSONField()
    note = models.TextField(blank=True)
    made_by = models.CharField(max_length=200)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["made_at"]
        indexes = [models.Index(fields=["table", "key", "made_at"], name="checks_edit_newest")]

    def __str__(self) -> str:
        return f"{self.table} {self.key}"
