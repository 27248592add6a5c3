"""What the admin leaves out: tables of libraries that nobody is to edit by hand."""

from __future__ import annotations

from django.contrib import admin
from django_celery_beat import admin as beat

# What beat starts is said in the settings and written there anew at each start; the turns of a source are set with it.
for model in (
    beat.ClockedSchedule,
    beat.CrontabSchedule,
    beat.IntervalSchedule,
    beat.PeriodicTask,
    beat.SolarSchedule,
):
    admin.site.unregister(model)
