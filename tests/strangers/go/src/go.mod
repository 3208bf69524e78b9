module sparkrtc-onprem

go 1.19
