/** What a page that uploads with Uppy loads; bundled for the browser by the test that opens it. */
import AwsS3 from '@uppy/aws-s3';
import Uppy from '@uppy/core';

Object.assign(window, { Uppy, AwsS3 });
