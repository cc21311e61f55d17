export { dashboardFiles } from './dashboards/all-dashboards';
