export { bannerOf, type BannerOptions } from './banner';
export { demoExtents, loadDemo, tpmapFolder, type DemoExtent, type DemoOptions } from './load-demo';
