export { bannerOf, type BannerOptions } from './banner';
export { loadDemo, tpmapFolder, type DemoExtent, type DemoOptions } from './load-demo';
