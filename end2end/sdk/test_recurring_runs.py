"""Recurring runs by the unmodified client: made, fired, switched, deleted."""

import datetime

from expect import finished, refused, until


def runs_of(client, job):
    runs = client.list_runs(namespace='team-a', page_size=100, sort_by='created_at').runs or []
    return [run for run in runs if run.recurring_run_id == job.recurring_run_id]


def test_a_recurring_run_starts_runs_with_kfps_names_and_stops_when_disabled(alice, package, name):
    experiment = alice.create_experiment(name, namespace='team-a')
    job = alice.create_recurring_run(
        experiment.experiment_id, 'Every Second!', pipeline_package_path=package('hello'), params={},
        interval_second=1, max_concurrency=1, no_catchup=True)
    assert (job.status, job.namespace, job.max_concurrency) == ('ENABLED', 'team-a', '1')
    first = until(lambda: runs_of(alice, job), bool)[0]
    assert first.display_name.startswith('everysecond') and '-1-' in first.display_name
    assert first.experiment_id == experiment.experiment_id
    finished(alice, first)
    until(lambda: len(runs_of(alice, job)), lambda count: count > 1)
    alice.disable_recurring_run(job.recurring_run_id)
    assert alice.get_recurring_run(job.recurring_run_id).status == 'DISABLED'
    alice.delete_recurring_run(job.recurring_run_id)
    with refused(404):
        alice.get_recurring_run(job.recurring_run_id)


def test_cron_and_period_are_kept_as_they_were_said(alice, package, name):
    experiment = alice.create_experiment(name, namespace='team-a')
    weekly = alice.create_recurring_run(
        experiment.experiment_id, 'weekly', pipeline_package_path=package('hello'), cron_expression='0 0 9 ? * 2-6',
        enabled=False)
    kept = alice.get_recurring_run(weekly.recurring_run_id)
    assert (kept.trigger.cron_schedule.cron, kept.status) == ('0 0 9 ? * 2-6', 'DISABLED')
    start = datetime.datetime(2036, 1, 1, tzinfo=datetime.timezone.utc)
    later = alice.create_recurring_run(
        experiment.experiment_id, 'later', pipeline_package_path=package('hello'), interval_second=60,
        start_time='2036-01-01T00:00:00Z', max_concurrency=2)
    kept = alice.get_recurring_run(later.recurring_run_id).trigger.periodic_schedule
    assert (kept.interval_second, kept.start_time) == ('60', start)
    listed = alice.list_recurring_runs(experiment_id=experiment.experiment_id, sort_by='created_at desc').recurring_runs
    assert [one.display_name for one in listed] == ['later', 'weekly']
    alice.enable_recurring_run(weekly.recurring_run_id)
    assert alice.get_recurring_run(weekly.recurring_run_id).status == 'ENABLED'


def test_what_cannot_recur_is_refused(alice, bob, package, name):
    experiment = alice.create_experiment(name, namespace='team-a')
    create = lambda client, **how: client.create_recurring_run(
        experiment.experiment_id, 'no', pipeline_package_path=package('hello'), **how)
    with refused(400):
        create(alice, cron_expression='often')
    with refused(400):
        create(alice, interval_second=60, max_concurrency=11)
    with refused(403):
        create(bob, interval_second=60)
