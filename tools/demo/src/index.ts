export { demoExtents, loadDemo, tpmapFolder, type DemoExtent, type DemoOptions } from './load-demo';
