/** Series over time and how many alerts fire at a moment of them. Values are in promtool's notation, one per step. */
export interface AlertTest {
  readonly alert: string;
  /** What is the case, as the end of a sentence. */
  readonly when: string;
  readonly series: Readonly<Record<string, string>>;
  /** Minutes from one value to the next, and from one evaluation to the next; 1 unless it goes over a day. */
  readonly stepMinutes?: number;
  /** The minute at which it is looked at. */
  readonly minute: number;
  /** How many alerts fire then. */
  readonly fires: number;
}

const process = '{job="reporting",instance="a:8424"}';
/** Minutes of a day, and its steps of four minutes. */
const day = 24 * 60;
const stepMinutes = 4;
const steps = day / stepMinutes;
/** Minutes from one scrape to the next. */
const scrapeMinutes = 0.25;
/** Up for one scrape, away for four, fifty times. */
const comesAndGoes = (away: '0' | 'stale'): string =>
  Array(50)
    .fill(`1 ${away} ${away === '0' ? '0 0 0' : '_ _ _'}`)
    .join(' ');
/** Other services read its log meanwhile. */
const catchingUp = {
  [`up${process}`]: '1x20',
  [`faemban_process_ready${process}`]: '0x10 1x10',
  'faemban_http_request_duration_seconds_count{job="reporting",route="/log/:context/heads",status="200"}': '0+60x20',
  'faemban_http_request_duration_seconds_bucket{job="reporting",method="GET",route="/log/:context/heads",status="200",le="1"}':
    '0+60x20',
  'faemban_http_request_duration_seconds_bucket{job="reporting",method="GET",route="/log/:context/heads",status="200",le="+Inf"}':
    '0+60x20',
};

/** Every alert at least twice: once it fires, once it stays quiet though something is near its bound. */
export const alertTests: readonly AlertTest[] = [
  {
    alert: 'FaembanNotScraped',
    when: 'one of two instances does not answer',
    minute: 10,
    fires: 1,
    series: { [`up${process}`]: '0x20', 'up{job="reporting",instance="b:8424"}': '1x20' },
  },
  {
    alert: 'FaembanNotScraped',
    when: 'one scrape fails, and another job is down',
    minute: 10,
    fires: 0,
    series: { [`up${process}`]: '1x8 0 1x10', 'up{job="somebody-else"}': '0x20' },
  },
  {
    alert: 'FaembanProcessUnsteady',
    when: 'one of two instances is up for 15 s and away for 60, again and again',
    stepMinutes: scrapeMinutes,
    minute: 40,
    fires: 1,
    series: { [`up${process}`]: comesAndGoes('0'), 'up{job="reporting",instance="b:8424"}': '1x200' },
  },
  {
    alert: 'FaembanProcessUnsteady',
    when: 'its address goes and comes with it, as beside compose',
    stepMinutes: scrapeMinutes,
    minute: 40,
    fires: 1,
    series: { [`up${process}`]: comesAndGoes('stale') },
  },
  {
    alert: 'FaembanNotScraped',
    when: 'it comes and goes, which is another alert',
    stepMinutes: scrapeMinutes,
    minute: 40,
    fires: 0,
    series: { [`up${process}`]: comesAndGoes('0') },
  },
  {
    alert: 'FaembanProcessUnsteady',
    when: 'a restart took 90 s',
    stepMinutes: scrapeMinutes,
    minute: 29,
    fires: 0,
    series: { [`up${process}`]: '1x76 0x5 1x100' },
  },
  {
    alert: 'FaembanProcessUnsteady',
    when: 'every instance is replaced by one at another address',
    stepMinutes: scrapeMinutes,
    minute: 29,
    fires: 0,
    series: { [`up${process}`]: '1x80 stale', 'up{job="reporting",instance="c:8424"}': '_x78 0x1 1x100' },
  },
  {
    alert: 'FaembanProcessAbsent',
    when: 'the front door and ingestion are nowhere to be found',
    minute: 10,
    fires: 2,
    series: {
      'up{job="ingestion",instance="a"}': '1x3 stale',
      'up{job="identity-verification",instance="a"}': '1x20',
      'up{job="mpi-scoring",instance="a"}': '1x20',
      'up{job="reporting",instance="a"}': '0x20',
    },
  },
  {
    alert: 'FaembanProcessAbsent',
    when: 'one is made anew within a minute, the others are there or do not answer',
    minute: 10,
    fires: 0,
    series: {
      'up{job="front-door",instance="a"}': '1x20',
      'up{job="ingestion",instance="a"}': '1x8 stale 1x10',
      'up{job="identity-verification",instance="a"}': '1x20',
      'up{job="mpi-scoring",instance="a"}': '1x20',
      'up{job="reporting",instance="a"}': '0x20',
    },
  },
  {
    alert: 'FaembanServiceMissing',
    when: 'one of two front doors has nobody to send requests to',
    minute: 5,
    fires: 1,
    series: {
      'faemban_front_door_instances{instance="a",service="reporting",ready="true"}': '2x10',
      'faemban_front_door_instances{instance="b",service="reporting",ready="true"}': '0x10',
      'faemban_front_door_instances{instance="b",service="ingestion",ready="true"}': '1x10',
    },
  },
  {
    alert: 'FaembanServiceMissing',
    when: 'one of two instances is away',
    minute: 5,
    fires: 0,
    series: {
      'faemban_front_door_instances{instance="a",service="reporting",ready="true"}': '1x10',
      'faemban_front_door_instances{instance="a",service="reporting",ready="false"}': '1x10',
    },
  },
  {
    alert: 'FaembanProcessNotReady',
    when: 'it waits for longer than five minutes',
    minute: 10,
    fires: 1,
    series: { [`faemban_process_ready${process}`]: '0x20' },
  },
  {
    alert: 'FaembanProcessNotReady',
    when: 'a start takes three minutes',
    minute: 10,
    fires: 0,
    series: { [`faemban_process_ready${process}`]: '0x3 1x20' },
  },
  {
    alert: 'FaembanProcessNotReady',
    when: 'the holder of the files does not become ready, nor the one that stands by',
    minute: 10,
    fires: 2,
    series: {
      'faemban_process_ready{job="ingestion",instance="a"}': '0x20',
      'faemban_process_ready{job="ingestion",instance="b"}': '0x20',
      'faemban_process_waiting_for{job="ingestion",instance="a",what="mongodb"}': '1x20',
      'faemban_process_waiting_for{job="ingestion",instance="b",what="files"}': '1x20',
    },
  },
  {
    alert: 'FaembanProcessNotReady',
    when: 'a second instance stands by while the first one serves',
    minute: 10,
    fires: 0,
    series: {
      'faemban_process_ready{job="ingestion",instance="a"}': '1x20',
      'faemban_process_ready{job="ingestion",instance="b"}': '0x20',
      'faemban_process_waiting_for{job="ingestion",instance="b",what="files"}': '1x20',
    },
  },
  {
    alert: 'FaembanProcessRestarts',
    when: 'it begins again every ten minutes',
    minute: 60,
    fires: 1,
    series: { [`faemban_process_uptime_seconds${process}`]: '0+60x9 0+60x9 0+60x9 0+60x9 0+60x9 0+60x9' },
  },
  {
    alert: 'FaembanProcessRestarts',
    when: 'it is updated twice',
    minute: 60,
    fires: 0,
    series: { [`faemban_process_uptime_seconds${process}`]: '0+60x19 0+60x19 0+60x30' },
  },
  {
    alert: 'FaembanEventLoopBusy',
    when: 'every scrape finds it late',
    minute: 20,
    fires: 1,
    series: { [`faemban_event_loop_delay_p99_seconds${process}`]: '0.8x30' },
  },
  {
    alert: 'FaembanEventLoopBusy',
    when: 'a single minute is busy',
    minute: 20,
    fires: 0,
    series: { [`faemban_event_loop_delay_p99_seconds${process}`]: '0.01x15 3 0.01x15' },
  },
  {
    alert: 'FaembanVolumeFilling',
    when: 'a tenth is left',
    minute: 15,
    fires: 1,
    series: {
      'kubelet_volume_stats_available_bytes{persistentvolumeclaim="data-faemban-ingestion-0"}': '10x20',
      'kubelet_volume_stats_capacity_bytes{persistentvolumeclaim="data-faemban-ingestion-0"}': '100x20',
    },
  },
  {
    alert: 'FaembanVolumeFilling',
    when: 'a tenth is left beside compose, to ingestion and to MongoDB',
    minute: 15,
    fires: 2,
    series: {
      'faemban_data_volume_available_bytes{job="ingestion",instance="a"}': '10x20',
      'faemban_data_volume_size_bytes{job="ingestion",instance="a"}': '100x20',
      'faemban_data_volume_available_bytes{job="identity-verification",instance="a"}': '20x20',
      'faemban_data_volume_size_bytes{job="identity-verification",instance="a"}': '100x20',
      'node_filesystem_avail_bytes{job="volumes",mountpoint="/volumes/mongodb"}': '10x20',
      'node_filesystem_size_bytes{job="volumes",mountpoint="/volumes/mongodb"}': '100x20',
      'node_filesystem_avail_bytes{job="volumes",mountpoint="/volumes/kafka"}': '20x20',
      'node_filesystem_size_bytes{job="volumes",mountpoint="/volumes/kafka"}': '100x20',
      'node_filesystem_avail_bytes{job="volumes",mountpoint="/etc/hosts"}': '0x20',
      'node_filesystem_size_bytes{job="volumes",mountpoint="/etc/hosts"}': '100x20',
    },
  },
  {
    alert: 'FaembanVolumeFilling',
    when: 'on Kubernetes kubelet and process see the same volume, it is said once',
    minute: 15,
    fires: 1,
    series: {
      'kubelet_volume_stats_available_bytes{persistentvolumeclaim="data-faemban-ingestion-0"}': '10x20',
      'kubelet_volume_stats_capacity_bytes{persistentvolumeclaim="data-faemban-ingestion-0"}': '100x20',
      'faemban_data_volume_available_bytes{job="ingestion",instance="a"}': '10x20',
      'faemban_data_volume_size_bytes{job="ingestion",instance="a"}': '100x20',
    },
  },
  {
    alert: 'FaembanVolumeFilling',
    when: 'a fifth is left, and somebody else’s is full',
    minute: 15,
    fires: 0,
    series: {
      'kubelet_volume_stats_available_bytes{persistentvolumeclaim="data-faemban-ingestion-0"}': '20x20',
      'kubelet_volume_stats_capacity_bytes{persistentvolumeclaim="data-faemban-ingestion-0"}': '100x20',
      'kubelet_volume_stats_available_bytes{persistentvolumeclaim="other"}': '0x20',
      'kubelet_volume_stats_capacity_bytes{persistentvolumeclaim="other"}': '100x20',
    },
  },

  {
    alert: 'FaembanHeadsUnreadable',
    when: 'an instance cannot read them',
    minute: 5,
    fires: 1,
    series: { 'faemban_sequencer_up{job="reporting",context="ingestion",instance="a"}': '0x10' },
  },
  {
    alert: 'FaembanHeadsUnreadable',
    when: 'it fails for a minute',
    minute: 5,
    fires: 0,
    series: { 'faemban_sequencer_up{job="reporting",context="ingestion",instance="a"}': '1 0 1x10' },
  },
  {
    alert: 'FaembanSequencerDead',
    when: 'no instance is alive',
    minute: 5,
    fires: 1,
    series: {
      'faemban_sequencer_alive{context="ingestion",instance="a"}': '0x10',
      'faemban_sequencer_alive{context="ingestion",instance="b"}': '0x10',
    },
  },
  {
    alert: 'FaembanSequencerDead',
    when: 'one of two is',
    minute: 5,
    fires: 0,
    series: {
      'faemban_sequencer_alive{context="ingestion",instance="a"}': '0x10',
      'faemban_sequencer_alive{context="ingestion",instance="b"}': '1x10',
    },
  },
  {
    alert: 'FaembanPartitionsNotHeld',
    when: 'half of the partitions lost their holder',
    stepMinutes,
    minute: day + 40,
    fires: 1,
    series: {
      'faemban_sequencer_held_partitions{context="ingestion",instance="a"}': `16x${steps + 15}`,
      'faemban_sequencer_held_partitions{context="ingestion",instance="b"}': `16x${steps} 0x15`,
    },
  },
  {
    alert: 'FaembanPartitionsNotHeld',
    when: 'they moved from one instance to the other',
    stepMinutes,
    minute: day + 40,
    fires: 0,
    series: {
      'faemban_sequencer_held_partitions{context="ingestion",instance="a"}': `16x${steps} 32x15`,
      'faemban_sequencer_held_partitions{context="ingestion",instance="b"}': `16x${steps} 0x15`,
    },
  },
  {
    alert: 'FaembanPublishingBehind',
    when: 'Kafka takes nothing',
    minute: 10,
    fires: 1,
    series: { 'faemban_publish_lag_seconds{context="ingestion",instance="a"}': '0+60x20' },
  },
  {
    alert: 'FaembanPublishingBehind',
    when: 'an import makes it wait twenty seconds',
    minute: 10,
    fires: 0,
    series: { 'faemban_publish_lag_seconds{context="ingestion",instance="a"}': '20x20' },
  },
  {
    alert: 'FaembanConsumptionStuck',
    when: 'what is missing becomes more',
    minute: 40,
    fires: 1,
    series: { [`faemban_consumed_lag_events{job="reporting",context="ingestion"}`]: '100+10x60' },
  },
  {
    alert: 'FaembanConsumptionStuck',
    when: 'a long import is worked off',
    minute: 40,
    fires: 0,
    series: { [`faemban_consumed_lag_events{job="reporting",context="ingestion"}`]: '80000-1000x60' },
  },
  {
    alert: 'FaembanPartitionsNotAssigned',
    when: 'a quarter is worked by nobody',
    stepMinutes,
    minute: day + 40,
    fires: 1,
    series: { 'faemban_assigned_partitions{service="reporting",instance="a"}': `32x${steps} 24x15` },
  },
  {
    alert: 'FaembanPartitionsNotAssigned',
    when: 'an instance begins and takes its share',
    stepMinutes,
    minute: day + 40,
    fires: 0,
    series: {
      'faemban_assigned_partitions{service="reporting",instance="a"}': `32x${steps} 16x15`,
      'faemban_assigned_partitions{service="reporting",instance="b"}': `_x${steps} 16x15`,
    },
  },
  {
    alert: 'FaembanNotSealed',
    when: 'they only become more',
    minute: 120,
    fires: 1,
    series: { 'faemban_unsealed_events{context="ingestion",instance="a"}': '5+10x140' },
  },
  {
    alert: 'FaembanNotSealed',
    when: 'an import goes on and every five minutes is sealed',
    minute: 120,
    fires: 0,
    series: { 'faemban_unsealed_events{context="ingestion",instance="a"}': Array(30).fill('100+100x4').join(' ') },
  },
  {
    alert: 'FaembanNotSealed',
    when: 'nothing is recorded and all is sealed',
    minute: 120,
    fires: 0,
    series: { 'faemban_unsealed_events{context="ingestion",instance="a"}': '0x140' },
  },
  {
    alert: 'FaembanVerificationFailed',
    when: 'something was altered',
    minute: 1,
    fires: 1,
    series: { 'faemban_integrity_last_verified_timestamp_seconds{verdict="altered"}': '1800000000x5' },
  },
  {
    alert: 'FaembanVerificationFailed',
    when: 'nothing was',
    minute: 1,
    fires: 0,
    series: { 'faemban_integrity_last_verified_timestamp_seconds{verdict="unaltered"}': '1800000000x5' },
  },

  {
    alert: 'FaembanRunnerStopped',
    when: 'one runner stopped',
    minute: 5,
    fires: 1,
    series: {
      'faemban_runner_up{runner="area-figures",kind="view"}': '0x10',
      'faemban_runner_up{runner="household-history",kind="view"}': '1x10',
    },
  },
  {
    alert: 'FaembanRunnerStopped',
    when: 'it tries again and goes on',
    minute: 5,
    fires: 0,
    series: { 'faemban_runner_up{runner="area-figures",kind="view"}': '1x2 0 1x10' },
  },
  {
    alert: 'FaembanViewBehind',
    when: 'the farthest of two instances is two minutes behind',
    minute: 10,
    fires: 1,
    series: {
      'faemban_lag_seconds{runner="area-figures",kind="view",instance="a"}': '1x20',
      'faemban_lag_seconds{runner="area-figures",kind="view",instance="b"}': '120x20',
    },
  },
  {
    alert: 'FaembanViewBehind',
    when: 'it was for three minutes',
    minute: 10,
    fires: 0,
    series: { 'faemban_lag_seconds{runner="area-figures",kind="view",instance="a"}': '1x4 90x2 1x20' },
  },
  {
    alert: 'FaembanHouseholdParked',
    when: 'for two hours',
    minute: 1,
    fires: 1,
    series: { 'faemban_parked_oldest_seconds{runner="area-figures",kind="view"}': '7200x5' },
  },
  {
    alert: 'FaembanHouseholdParked',
    when: 'for ten minutes',
    minute: 1,
    fires: 0,
    series: { 'faemban_parked_oldest_seconds{runner="area-figures",kind="view"}': '600x5' },
  },
  {
    alert: 'FaembanParkedGrowing',
    when: 'every minute another',
    minute: 40,
    fires: 1,
    series: { 'faemban_parked_total{runner="area-figures",kind="view"}': '0+1x60' },
  },
  {
    alert: 'FaembanParkedGrowing',
    when: 'one household came to it',
    minute: 40,
    fires: 0,
    series: { 'faemban_parked_total{runner="area-figures",kind="view"}': '0x30 4x30' },
  },
  {
    alert: 'FaembanRebuildStuck',
    when: 'it has stood for an hour',
    minute: 90,
    fires: 1,
    series: { 'faemban_rebuild_progress_ratio{view="area-figures"}': '0.4x120' },
  },
  {
    alert: 'FaembanRebuildStuck',
    when: 'it goes slowly, or is filled',
    minute: 90,
    fires: 0,
    series: {
      'faemban_rebuild_progress_ratio{view="area-figures"}': '0+0.001x120',
      'faemban_rebuild_progress_ratio{view="household-history"}': '1x120',
    },
  },

  {
    alert: 'FaembanHttpFailures',
    when: 'a tenth of the answers are faults',
    minute: 20,
    fires: 1,
    series: {
      'faemban_http_request_duration_seconds_count{job="reporting",status="200"}': '0+90x30',
      'faemban_http_request_duration_seconds_count{job="reporting",status="500"}': '0+10x30',
    },
  },
  {
    alert: 'FaembanHttpFailures',
    when: 'many are refused and few fail',
    minute: 20,
    fires: 0,
    series: {
      'faemban_http_request_duration_seconds_count{job="reporting",status="409"}': '0+90x30',
      'faemban_http_request_duration_seconds_count{job="reporting",status="500"}': '0+1x30',
    },
  },
  // What machines poll is in no such series: libs/nest-kit/src/http/fastify.ts, which a test there holds to.
  {
    alert: 'FaembanHttpFailures',
    when: 'everybody is refused, while health checks go on succeeding every second',
    minute: 20,
    fires: 1,
    series: {
      [`faemban_process_ready${process}`]: '1x30',
      'faemban_http_request_duration_seconds_count{job="reporting",route="/figures",status="500"}': '0+1x30',
    },
  },
  {
    alert: 'FaembanHttpFailures',
    when: 'it catches up for ten minutes and refuses every health check, and nobody else asks',
    minute: 10,
    fires: 0,
    series: catchingUp,
  },
  {
    alert: 'FaembanHttpSlow',
    when: 'it catches up for ten minutes and refuses every health check, and nobody else asks',
    minute: 12,
    fires: 0,
    series: catchingUp,
  },
  {
    alert: 'FaembanHttpSlow',
    when: 'a tenth of the reads take two seconds',
    minute: 30,
    fires: 1,
    series: {
      'faemban_http_request_duration_seconds_bucket{job="reporting",method="GET",le="1"}': '0+90x40',
      'faemban_http_request_duration_seconds_bucket{job="reporting",method="GET",le="2"}': '0+100x40',
      'faemban_http_request_duration_seconds_bucket{job="reporting",method="GET",le="+Inf"}': '0+100x40',
    },
  },
  {
    alert: 'FaembanHttpSlow',
    when: 'reads are quick and a large upload is slow',
    minute: 30,
    fires: 0,
    series: {
      'faemban_http_request_duration_seconds_bucket{job="reporting",method="GET",le="1"}': '0+100x40',
      'faemban_http_request_duration_seconds_bucket{job="reporting",method="GET",le="+Inf"}': '0+100x40',
      'faemban_http_request_duration_seconds_bucket{job="reporting",method="POST",le="1"}': '0x40',
      'faemban_http_request_duration_seconds_bucket{job="reporting",method="POST",le="+Inf"}': '0+100x40',
    },
  },

  {
    alert: 'FaembanReviewsWaiting',
    when: 'a row has waited eight days',
    minute: 1,
    fires: 1,
    series: { 'faemban_reviews_oldest_seconds{source="bmn",kind="household",reason="a"}': '691200x5' },
  },
  {
    alert: 'FaembanReviewsWaiting',
    when: 'the oldest is of yesterday',
    minute: 1,
    fires: 0,
    series: { 'faemban_reviews_oldest_seconds{source="bmn",kind="household",reason="a"}': '86400x5' },
  },
  {
    alert: 'FaembanFilesMissing',
    when: 'the vault lacks persons, and no import asks for files',
    minute: 1,
    fires: 1,
    series: { 'faemban_imports_lost{job="ingestion"}': '0x5', 'faemban_vault_missing_persons{job="vault"}': '12x5' },
  },
  {
    alert: 'FaembanFilesMissing',
    when: 'an import asks for its files',
    minute: 1,
    fires: 1,
    series: { 'faemban_imports_lost{job="ingestion"}': '1x5', 'faemban_vault_missing_persons{job="vault"}': '0x5' },
  },
  {
    alert: 'FaembanFilesMissing',
    when: 'nothing is missing',
    minute: 1,
    fires: 0,
    series: { 'faemban_imports_lost{job="ingestion"}': '0x5', 'faemban_vault_missing_persons{job="vault"}': '0x5' },
  },
];
